#include "client/command_line.h"
#include "herd_version.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/tls/identity_flags.h"

namespace herd::client {
namespace {

constexpr double kMaxSeconds = 86400;
constexpr double kMaxFleetSeconds = 1e9;
constexpr double kLoadSeconds = 5;
constexpr double kTimeoutSeconds = 10;
// For operators: a server that is well answers in milliseconds.
constexpr double kOperatorTimeoutSeconds = 2;
constexpr double kMaxRadiusKm = 20'038;  // half round the earth

// Everything that may be typed, whichever command it is for.
struct Typed {
  HerdOptions herd;
  double timeout_s = kTimeoutSeconds;
  double wait_s = 0;
  std::string server;
  IamatOptions iamat;
  WhatsatOptions whatsat;
  StatusOptions status;
  NeighborsOptions neighbors;
  WatchOptions watch;
  ClientsOptions clients;
  DrainOptions drain;
  ConfigOptions config;
  TopologyOptions topology;
  LoadOptions load;
  double load_seconds = kLoadSeconds;
  FleetOptions fleet;
  double fleet_seconds = 0;
  double interval_s = 1;
  double patience_s = 2;
  double radius_km = 10;
};

std::chrono::milliseconds Milliseconds(double seconds) {
  return std::chrono::milliseconds(std::llround(std::ceil(seconds * 1000)));
}

// CLI11 leaves a word that is no command unnamed.
std::string Complaint(const CLI::App* app, const CLI::Error& error) {
  const std::vector<std::string> rest = app->remaining();
  const bool is_no_command = app->get_subcommands().empty() && !rest.empty();
  const std::string why =
      is_no_command ? "there is no command \"" + rest.front() + "\"" : error.what();
  return "herd-client: " + why + "; herd-client --help shows what there is\n";
}

void AddGlobalOptions(CLI::App& app, Typed& typed) {
  app.set_help_all_flag("--help-all", "Print the help of every command and exit");
  app.set_version_flag("--version", "herd-client " HERD_VERSION);
  app.require_subcommand(1);
  app.failure_message(Complaint);
  app.fallthrough();
  app.add_option("--config", typed.herd.config_path, "The herd's JSON file (default: built in)")
      ->type_name("FILE");
  app.add_option("--host", typed.herd.host, "Send commands to this host instead of the server's")
      ->type_name("HOST");
  app.add_option("--port", typed.herd.port, "Send commands to this port instead of the server's")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535));
  const tls::IdentityFlags identity =
      tls::AddIdentityFlags(app,
                            {.certificate = "An operator's certificate (PEM), for servers with TLS",
                             .key = "Its key",
                             .authorities = "The authorities of the servers' certificates"},
                            typed.herd.identity_files);
  for (CLI::Option* const file : {identity.certificate, identity.key, identity.authorities}) {
    file->type_name("FILE");
  }
  app.add_option("--timeout", typed.timeout_s,
                 "How long a server may keep us waiting (default 10; 2 for operators)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.001, kMaxSeconds));
}

void AddServer(CLI::App& command, Typed& typed) {
  command.add_option("--server", typed.server, "Which server (default: the herd's first)")
      ->type_name("NAME");
}

void AddOperand(CLI::App& command, const char* name, std::string& value, const char* what) {
  command.add_option(name, value, what)->required()->type_name("");
}

void AddIamat(CLI::App& app, Typed& typed) {
  CLI::App& command = *app.add_subcommand("iamat", "Report where a client is");
  AddOperand(command, "ID", typed.iamat.id, "The client's name");
  AddOperand(command, "POSITION", typed.iamat.position, "As +34.068930-118.445127");
  command.add_option("--time", typed.iamat.time, "POSIX seconds (default: now)")->type_name("T");
  AddServer(command, typed);
}

void AddWhatsat(CLI::App& app, Typed& typed) {
  CLI::App& command = *app.add_subcommand("whatsat", "Ask where a client is, and what is near");
  AddOperand(command, "ID", typed.whatsat.id, "The client's name");
  AddOperand(command, "RADIUS", typed.whatsat.radius, "Kilometres, 0 to 50");
  AddOperand(command, "BOUND", typed.whatsat.bound, "How many places at most, 0 to 20");
  AddServer(command, typed);
}

void AddSend(CLI::App& app, Typed& typed) {
  AddServer(*app.add_subcommand("send", "Send the lines of the standard input to a server"), typed);
}

void AddStatus(CLI::App& app, Typed& typed) {
  CLI::App& command = *app.add_subcommand("status", "Ask every server of the herd how it is");
  command.add_option("--wait", typed.wait_s, "Wait for all servers and links to be up")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, kMaxSeconds));
  command.add_flag("--watch", typed.status.watch, "Show it every second, until Ctrl-C");
  command.add_flag("--json", typed.status.json, "Print JSON");
}

void AddNeighbors(CLI::App& app, Typed& typed) {
  CLI::App& command = *app.add_subcommand("neighbors", "Ask the servers for their links");
  command.add_option("--server", typed.neighbors.server, "Only that one's (default: all)")
      ->type_name("NAME");
  command.add_flag("--json", typed.neighbors.json, "Print JSON, a line for each link");
}

void AddNear(CLI::App& command, Near& near) {
  CLI::Option* const client =
      command.add_option("--near", near.client, "Only round where that client is now")
          ->type_name("ID");
  command.add_option("--radius", near.radius_km, "How far round (default 1)")
      ->type_name("KM")
      ->check(CLI::Range(0.0, kMaxRadiusKm))
      ->needs(client);
}

void AddWatch(CLI::App& app, Typed& typed) {
  CLI::App& command = *app.add_subcommand("watch", "See clients move, from all servers, live");
  AddServer(command, typed);
  AddNear(command, typed.watch.near);
  command.add_option("--id", typed.watch.ids, "Only that client, any number (default: all)")
      ->type_name("ID");
  command.add_option("--count", typed.watch.count, "End after so many events")->type_name("N");
  command.add_flag("--json", typed.watch.json, "Print JSON, a line for each message");
}

void AddClients(CLI::App& app, Typed& typed) {
  CLI::App& command = *app.add_subcommand("clients", "List the clients that a server holds");
  AddServer(command, typed);
  AddNear(command, typed.clients.near);
  command.add_option("--prefix", typed.clients.prefix, "Only ids that begin so")->type_name("TEXT");
  command.add_option("--reported-to", typed.clients.reported_to, "Only newest reports got there")
      ->type_name("NAME");
  command.add_option("--limit", typed.clients.limit, "How many at most, 0: all (default 100)")
      ->type_name("N");
  command.add_flag("--json", typed.clients.json, "Print JSON, a line for each client");
}

void AddDrain(CLI::App& app, Typed& typed) {
  CLI::App& command = *app.add_subcommand("drain", "Make a server leave the herd now");
  AddOperand(command, "SERVER", typed.drain.server, "Its name");
  command.add_flag("--json", typed.drain.json, "Print JSON");
}

void AddConfig(CLI::App& app, Typed& typed) {
  CLI::App& command = *app.add_subcommand("config", "Print the herd's configuration");
  command.add_option("--check", typed.config.check, "Check a file instead")->type_name("FILE");
}

void AddTopology(CLI::App& app, Typed& typed) {
  CLI::App& command = *app.add_subcommand("topology", "Make the configuration of a larger herd");
  CLI::Option* const servers =
      command
          .add_option("--servers", typed.topology.size.servers, "How many (default: the herd's)")
          ->type_name("N")
          ->check(CLI::Range(1, kMaxServers));
  command.add_option("--degree", typed.topology.size.degree, "Neighbors of each")
      ->type_name("D")
      ->check(CLI::Range(2, kMaxDegree))
      ->capture_default_str()
      ->needs(servers);
  command
      .add_option("--kubernetes", typed.topology.kubernetes_folder,
                  "Write a component for kustomize there, instead of printing JSON")
      ->type_name("FOLDER");
}

// How much, in the order of the help.
void AddLoadSize(CLI::App& command, LoadPlan& plan, double& seconds) {
  command.add_option("--connections", plan.connections, "How many, over all servers")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  CLI::Option* const depth =
      command.add_option("--depth", plan.depth, "Requests each connection sends at once")
          ->type_name("N")
          ->check(CLI::Range(1, 100'000))
          ->capture_default_str();
  command.add_option("--rate", plan.rate, "Requests/s in all, instead of as fast as they go")
      ->type_name("R")
      ->check(CLI::Range(0.001, 1e9))
      ->excludes(depth);
  command.add_option("--seconds", seconds, "How long (default 5, without --requests)")
      ->type_name("S")
      ->check(CLI::Range(0.001, kMaxSeconds));
  command.add_option("--requests", plan.requests, "How many requests in all")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 60));
  command.add_option("--threads", plan.threads, "Over which the connections are dealt")
      ->type_name("N")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_option("--idle", plan.idle, "Further connections that are only kept open")
      ->type_name("N")
      ->check(CLI::Range(0, 1'000'000));
}

// What is said.
void AddLoadMix(CLI::App& command, LoadPlan& plan) {
  command.add_option("--clients", plan.mix.clients, "How many clients speak")
      ->type_name("N")
      ->check(CLI::Range(std::uint32_t{1}, kMaxClients))
      ->capture_default_str();
  const std::map<std::string, Order> orders = {{"random", Order::kRandom},
                                               {"sequential", Order::kSequential}};
  command.add_option("--order", plan.mix.order, "random (default) or sequential: who speaks next")
      ->type_name("ORDER")
      ->transform(CLI::CheckedTransformer(orders).description(""));
  command.add_option("--whatsat", plan.mix.question_share, "Share of WHATSATs, 0 to 1 (default 0)")
      ->type_name("SHARE")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--radius", plan.question.radius_km, "Of a WHATSAT, kilometres")
      ->type_name("KM")
      ->check(CLI::NonNegativeNumber.description(""))
      ->capture_default_str();
  command.add_option("--bound", plan.question.bound, "Of a WHATSAT")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber.description(""))
      ->capture_default_str();
  command.add_option("--verify", plan.verify_every, "Compare each EVERYth reply byte for byte")
      ->type_name("EVERY")
      ->capture_default_str();
}

void AddLoad(CLI::App& app, Typed& typed) {
  CLI::App& command = *app.add_subcommand("load", "Put a load on servers and measure");
  command
      .add_option("--server", typed.load.servers, "A name or HOST:PORT, any number (default: all)")
      ->type_name("SERVER");
  AddLoadSize(command, typed.load.plan, typed.load_seconds);
  AddLoadMix(command, typed.load.plan);
  command.add_option("--json", typed.load.json, "Write JSON there, \"-\" is standard output")
      ->type_name("FILE");
}

// A time that was typed counts; the default only where no number of requests was.
LoadOptions ChosenLoad(const CLI::App& command, const Typed& typed) {
  LoadOptions load = typed.load;
  const bool is_timed = load.plan.requests == 0 || command.count("--seconds") > 0;
  load.plan.duration = is_timed ? std::llround(typed.load_seconds * 1e9) : 0;
  return load;
}

void AddFleetHerd(CLI::App& command, Typed& typed) {
  command
      .add_option("--server", typed.fleet.servers, "A name or HOST:PORT, any number (default: all)")
      ->type_name("SERVER");
  command.add_option("--connections", typed.fleet.plan.connections, "That the phones share")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command
      .add_option("--patience", typed.patience_s,
                  "How long a server may be silent before its phones go to another")
      ->type_name("S")
      ->check(CLI::Range(0.001, kMaxSeconds))
      ->capture_default_str();
}

void AddFleetPhones(CLI::App& command, Typed& typed) {
  FleetPlan& plan = typed.fleet.plan;
  command.add_option("--phones", plan.phones, "How many")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  command.add_option("--interval", typed.interval_s, "Seconds between two reports of a phone")
      ->type_name("S")
      ->check(CLI::Range(0.001, kMaxSeconds))
      ->capture_default_str();
  command.add_option("--seconds", typed.fleet_seconds, "How long (default: until Ctrl-C)")
      ->type_name("S")
      ->check(CLI::Range(0.001, kMaxFleetSeconds));
  command.add_option("--center", typed.fleet.center, "Of the city (default +34.068930-118.445127)")
      ->type_name("PLACE");
  command.add_option("--radius-km", typed.radius_km, "Of the city")
      ->type_name("KM")
      ->check(CLI::Range(0.1, 500.0))
      ->capture_default_str();
  command.add_option("--seed", plan.seed, "Decides the ways of all phones")
      ->type_name("N")
      ->capture_default_str();
}

void AddFleet(CLI::App& app, Typed& typed) {
  CLI::App& command =
      *app.add_subcommand("fleet", "Let phones move over a city and report to the herd");
  AddFleetPhones(command, typed);
  AddFleetHerd(command, typed);
  command.add_option("--json", typed.fleet.json, "Write JSON there, \"-\" is standard output")
      ->type_name("FILE");
}

FleetOptions ChosenFleet(const Typed& typed) {
  FleetOptions fleet = typed.fleet;
  fleet.plan.interval = std::llround(typed.interval_s * 1e9);
  fleet.plan.duration = std::llround(typed.fleet_seconds * 1e9);
  fleet.plan.patience = std::llround(typed.patience_s * 1e9);
  fleet.plan.radius_m = typed.radius_km * 1000;
  return fleet;
}

bool IsForOperators(const CLI::App& app) {
  return app.got_subcommand("status") || app.got_subcommand("neighbors") ||
         app.got_subcommand("watch") || app.got_subcommand("clients") ||
         app.got_subcommand("drain");
}

CommandLine Chosen(const CLI::App& app, Typed typed) {
  if (app.count("--timeout") == 0 && IsForOperators(app)) typed.timeout_s = kOperatorTimeoutSeconds;
  typed.herd.timeout = Milliseconds(typed.timeout_s);
  typed.status.wait = Milliseconds(typed.wait_s);
  typed.iamat.server = typed.server;
  typed.whatsat.server = typed.server;
  if (app.got_subcommand("iamat")) return {typed.herd, typed.iamat};
  if (app.got_subcommand("whatsat")) return {typed.herd, typed.whatsat};
  if (app.got_subcommand("send")) return {typed.herd, SendOptions{typed.server}};
  if (app.got_subcommand("status")) return {typed.herd, typed.status};
  typed.watch.server = typed.clients.server = typed.server;
  if (app.got_subcommand("neighbors")) return {typed.herd, typed.neighbors};
  if (app.got_subcommand("watch")) return {typed.herd, typed.watch};
  if (app.got_subcommand("clients")) return {typed.herd, typed.clients};
  if (app.got_subcommand("drain")) return {typed.herd, typed.drain};
  if (app.got_subcommand("load")) {
    return {typed.herd, ChosenLoad(*app.get_subcommand("load"), typed)};
  }
  if (app.got_subcommand("fleet")) return {typed.herd, ChosenFleet(typed)};
  if (app.got_subcommand("topology")) return {typed.herd, typed.topology};
  return {typed.herd, typed.config};
}

}  // namespace

std::variant<CommandLine, int> ParseCommandLine(int argc, const char* const* argv) {
  CLI::App app("Talks to the servers of a herd.", "herd-client");
  Typed typed;
  AddGlobalOptions(app, typed);
  AddIamat(app, typed);
  AddWhatsat(app, typed);
  AddSend(app, typed);
  AddStatus(app, typed);
  AddNeighbors(app, typed);
  AddWatch(app, typed);
  AddClients(app, typed);
  AddDrain(app, typed);
  AddConfig(app, typed);
  AddTopology(app, typed);
  AddLoad(app, typed);
  AddFleet(app, typed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return Chosen(app, std::move(typed));
}

}  // namespace herd::client
