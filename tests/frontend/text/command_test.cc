// PROTOCOL's grammar, sentence by sentence. How a position and a time are written is in
// tests/server/state/fix_test.cc; here it is shown that a command heeds it.
#include "frontend/text/command.h"

#include <memory>
#include <optional>
#include <random>
#include <string>

#include "gtest/gtest.h"

namespace herd::text {
namespace {

using Kind = Command::Kind;

constexpr const char* kIamat = "IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1520023934.918963997";

// Parsed from a buffer of exactly its size, so that a sanitizer sees a read beyond it.
Kind KindOf(std::string_view line) {
  const std::unique_ptr<char[]> exact(new char[line.size()]);
  line.copy(exact.get(), line.size());
  return ParseCommand({exact.get(), line.size()}).kind;
}

Kind IamatAt(const std::string& position) {
  return KindOf("IAMAT kiwi " + position + " 1520023934");
}
Kind IamatOn(const std::string& time) { return KindOf("IAMAT kiwi +34.0-118.4 " + time); }
Kind WhatsatRadius(const std::string& radius) { return KindOf("WHATSAT kiwi " + radius + " 5"); }
Kind WhatsatBound(const std::string& bound) { return KindOf("WHATSAT kiwi 10 " + bound); }

TEST(AnIamat, HasAnIdAPositionAndATime) {
  const Command command = ParseCommand(kIamat);
  EXPECT_EQ(command.kind, Kind::kIamat);
  EXPECT_EQ(command.client_id, "kiwi.cs.ucla.edu");
  EXPECT_EQ(command.text.position, "+34.068930-118.445127");
  EXPECT_EQ(command.text.time, "1520023934.918963997");
  EXPECT_EQ(command.fix.time, 1'520'023'934'918'963'997);
}

TEST(AWhatsat, HasAnIdARadiusAndABound) {
  const Command command = ParseCommand("WHATSAT kiwi.cs.ucla.edu 10.587 5");
  EXPECT_EQ(command.kind, Kind::kWhatsat);
  EXPECT_EQ(command.client_id, "kiwi.cs.ucla.edu");
  EXPECT_EQ(command.radius_km, "10.587");
  EXPECT_EQ(command.bound, 5);
}

TEST(WhiteSpace, IsExactlySpaceTabCarriageReturnFormFeedAndVerticalTab) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    const bool is_space = c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
    if (c == '\n') continue;  // ends the line
    const std::string between = std::string("WHATSAT") + c + "kiwi 10 5";
    EXPECT_EQ(KindOf(between), is_space ? Kind::kWhatsat : Kind::kInvalid) << byte;
    const std::string alone(3, c);
    EXPECT_EQ(KindOf(alone), is_space ? Kind::kBlank : Kind::kInvalid) << byte;
    const std::string in_id = std::string("WHATSAT ki") + c + "wi 10 5";
    EXPECT_EQ(KindOf(in_id), is_space ? Kind::kInvalid : Kind::kWhatsat) << byte;
  }
}

TEST(ANoBreakSpace, IsAnOrdinaryByteOfAField) {
  const Command command = ParseCommand("WHATSAT ki\xc2\xa0wi 10 5");
  EXPECT_EQ(command.kind, Kind::kWhatsat);
  EXPECT_EQ(command.client_id, "ki\xc2\xa0wi");
  EXPECT_EQ(KindOf("\xc2\xa0"), Kind::kInvalid);
  EXPECT_EQ(KindOf("WHATSAT\xc2\xa0kiwi 10 5"), Kind::kInvalid);
}

TEST(Fields, AreSeparatedByOneOrMoreWhiteSpaceBytes) {
  const Command command = ParseCommand("IAMAT \t\r\f\v kiwi\t+1-1\v \v2");
  EXPECT_EQ(command.kind, Kind::kIamat);
  EXPECT_EQ(command.client_id, "kiwi");
  EXPECT_EQ(command.text, (FixText{"+1-1", "2"}));
}

TEST(LeadingAndTrailingWhiteSpace, IsIgnored) {
  const Command command = ParseCommand(" \t\f\v\rWHATSAT kiwi 10 5 \t\f\v\r");
  EXPECT_EQ(command.kind, Kind::kWhatsat);
  EXPECT_EQ(command.bound, 5);
}

TEST(ALine, OfWhiteSpaceOnlyIsBlank) {
  for (const char* line : {"", " ", "\r", "\t \r", "\f\v"}) EXPECT_EQ(KindOf(line), Kind::kBlank);
  EXPECT_EQ(KindOf(std::string(kMaxLineBytes, ' ')), Kind::kBlank);
}

TEST(AnUnknownWord, IsInvalid) {
  for (const char* line :
       {"HELLO", "HELLO kiwi 10 5", "IAMATX kiwi +1+1 1", "IAMA kiwi +1+1 1", "WHATSATS kiwi 10 5",
        "WHATSA kiwi 10 5", "? kiwi 10 5", "QUIT", "GET / HTTP/1.1 x", "\xff\xfe kiwi 10 5"}) {
    EXPECT_EQ(KindOf(line), Kind::kInvalid) << line;
  }
}

TEST(LowerCase, IsInvalid) {
  for (const char* line : {"iamat kiwi +1+1 1", "Iamat kiwi +1+1 1", "IAMAt kiwi +1+1 1",
                           "whatsat kiwi 10 5", "WhatsAt kiwi 10 5"}) {
    EXPECT_EQ(KindOf(line), Kind::kInvalid) << line;
  }
}

TEST(AnAtFromAClient, IsInvalid) {
  for (const char* line :
       {"AT Goloman +0.263873386 kiwi.cs.ucla.edu +34.068930-118.445127 1520023934.918963997",
        "AT kiwi +1+1 1", "AT", "AT Goloman +0.2 kiwi +1+1 1 Hands"}) {
    EXPECT_EQ(KindOf(line), Kind::kInvalid) << line;
  }
}

TEST(AWrongFieldCount, IsInvalid) {
  for (const char* line : {"IAMAT", "IAMAT kiwi", "IAMAT kiwi +1+1", "IAMAT kiwi +1+1 1 1",
                           "IAMAT kiwi +1 +1 1", "IAMAT kiwi +1+1 1 x y z", "WHATSAT",
                           "WHATSAT kiwi", "WHATSAT kiwi 10", "WHATSAT kiwi 10 5 5"}) {
    EXPECT_EQ(KindOf(line), Kind::kInvalid) << line;
  }
}

TEST(AClientId, IsAnyNonWhiteSpaceBytes) {
  for (const std::string& id : {std::string("\xff\xfe\x80"), std::string("\0\1\x7f", 3),
                                std::string("?"), std::string("IAMAT"), std::string("+1+1"),
                                std::string("\xf0\x9f\xa5\x9d"), std::string(8000, 'x')}) {
    const std::string iamat = "IAMAT " + id + " +1+1 1";
    const Command command = ParseCommand(iamat);
    EXPECT_EQ(command.kind, Kind::kIamat);
    EXPECT_EQ(command.client_id, id);
    const std::string whatsat = "WHATSAT " + id + " 10 5";
    EXPECT_EQ(ParseCommand(whatsat).client_id, id);
    EXPECT_EQ(KindOf(whatsat), Kind::kWhatsat);
  }
}

TEST(APosition, OutOfRangeOrMalformedMakesTheCommandInvalid) {
  for (const char* position : {"+90-180", "-90.000+180.0", "+0-0", "-0.0-0.0", "+007.5-0118"}) {
    EXPECT_EQ(IamatAt(position), Kind::kIamat) << position;
  }
  for (const char* position :
       {"+90.0000000001-1", "+1-180.0000000001", "34.0-118.4", "+34.0118.4", "+.5-1", "+5.-1",
        "+1-.5", "+1-5.", "+1e1-1", "+inf-1", "+nan-nan", "+1-1+1", "+1", "+1-", "+1-1/", "kiwi"}) {
    EXPECT_EQ(IamatAt(position), Kind::kInvalid) << position;
  }
}

TEST(AClientTime, OutOfRangeOrMalformedMakesTheCommandInvalid) {
  for (const char* time :
       {"0", "1520023934", "1520023934.9189639971234", "007.50", "9223372036.854775807"}) {
    EXPECT_EQ(IamatOn(time), Kind::kIamat) << time;
  }
  for (const char* time : {"-1", "+1", "1e9", ".5", "5.", "inf", "nan", "1:2",
                           "9223372036.854775808", "99999999999999999999"}) {
    EXPECT_EQ(IamatOn(time), Kind::kInvalid) << time;
  }
}

TEST(ARadius, IsKilometresFromZeroToFifty) {
  for (const char* radius : {"0", "0.0", "00", "007", "10", "10.587", "49.99999999999999999999",
                             "50", "50.000", "050", "50.00000000000000000000000"}) {
    EXPECT_EQ(WhatsatRadius(radius), Kind::kWhatsat) << radius;
  }
  for (const char* radius : {"50.0001", "50.00000000000000000000001", "51", "500", "5000000000000",
                             "18446744073709551616", "18446744073709551626"}) {
    EXPECT_EQ(WhatsatRadius(radius), Kind::kInvalid) << radius;
  }
}

TEST(ARadius, HasNoSignNoExponentAndDigitsOnBothSidesOfAPoint) {
  for (const char* radius :
       {"+10", "-10", "-0", "1e1", "1E1", ".5", "5.", ".", "inf", "nan", "10km", "1,5", "0x10"}) {
    EXPECT_EQ(WhatsatRadius(radius), Kind::kInvalid) << radius;
  }
}

TEST(ABound, IsAWholeNumberFromZeroToTwenty) {
  for (const char* bound : {"0", "1", "20", "007", "020", "00000000000000000000000000000000020"}) {
    EXPECT_EQ(WhatsatBound(bound), Kind::kWhatsat) << bound;
  }
  EXPECT_EQ(ParseCommand("WHATSAT kiwi 10 020").bound, 20);
  EXPECT_EQ(ParseCommand("WHATSAT kiwi 10 007").bound, 7);
  for (const char* bound : {"21", "100", "4294967296", "18446744073709551616",
                            "340282366920938463463374607431768211461"}) {
    EXPECT_EQ(WhatsatBound(bound), Kind::kInvalid) << bound;
  }
}

TEST(ABound, IsDigitsOnly) {
  for (const char* bound : {"+5", "-5", "-0", "5.0", "5.", ".5", "5e0", "0x5", "five", "5,"}) {
    EXPECT_EQ(WhatsatBound(bound), Kind::kInvalid) << bound;
  }
}

TEST(ARadiusInMetres, IsTheOneInKilometresWithItsPointMoved) {
  EXPECT_EQ(ToMetres("10"), "10000");
  EXPECT_EQ(ToMetres("10.587"), "10587");
  EXPECT_EQ(ToMetres("10.5875"), "10587.5");
  EXPECT_EQ(ToMetres("10.5"), "10500");
  EXPECT_EQ(ToMetres("0.5"), "500");
  EXPECT_EQ(ToMetres("0.001"), "1");
  EXPECT_EQ(ToMetres("0.0001"), "0.1");
  EXPECT_EQ(ToMetres("0"), "0");
  EXPECT_EQ(ToMetres("0.0000"), "0");
  EXPECT_EQ(ToMetres("00000"), "0");
  EXPECT_EQ(ToMetres("007.50"), "7500");
  EXPECT_EQ(ToMetres("50.000000"), "50000");
  EXPECT_EQ(ToMetres("0." + std::string(3000, '0') + "1"), "0." + std::string(2997, '0') + "1");
  EXPECT_EQ(ToMetres(std::string(3000, '0') + "7"), "7000");
}

TEST(ALocation, IsThePositionAsPlacesWantsIt) {
  EXPECT_EQ(ToLocation("+34.068930-118.445127"), "34.068930,-118.445127");
  EXPECT_EQ(ToLocation("-33.86+151.21"), "-33.86,151.21");
  EXPECT_EQ(ToLocation("-0.0+0"), "-0.0,0");
  EXPECT_EQ(ToLocation("+007-0118"), "007,-0118");
}

TEST(ACarriageReturn, IsTakenFromTheEndOfALineOnce) {
  EXPECT_EQ(WithoutCarriageReturn("x\r"), "x");
  EXPECT_EQ(WithoutCarriageReturn("x\r\r"), "x\r");
  EXPECT_EQ(WithoutCarriageReturn("\rx"), "\rx");
  EXPECT_EQ(WithoutCarriageReturn(""), "");
  EXPECT_EQ(WithoutCarriageReturn("\r"), "");
}

constexpr const char* kReport = " kiwi +34.068930-118.445127 1520023934.918963997";

// From a buffer of exactly its size, which is gone then.
bool ReadsAt(const std::string& line, Command* command) {
  const std::unique_ptr<char[]> exact(new char[line.size()]);
  line.copy(exact.get(), line.size());
  return ReadAt({exact.get(), line.size()}, command);
}

TEST(AnAtLine, SaysWhoGotAReportAndWhen) {
  const std::string line = std::string("AT Goloman +0.263873386") + kReport;
  Command command;
  ASSERT_TRUE(ReadAt(line, &command));
  EXPECT_EQ(command.kind, Kind::kAt);
  EXPECT_EQ(command.server, "Goloman");
  EXPECT_EQ(command.skew, 263'873'386);
  EXPECT_EQ(command.client_id, "kiwi");
  EXPECT_EQ(command.text.position, "+34.068930-118.445127");
  EXPECT_EQ(command.text.time, "1520023934.918963997");
  EXPECT_EQ(command.fix.time, 1'520'023'934'918'963'997);
}

TEST(AnAtLine, MayHaveAnyNamesAtItsEnd) {
  Command command;
  EXPECT_TRUE(ReadsAt(std::string("AT Hands -1") + kReport + " Goloman", &command));
  EXPECT_TRUE(ReadsAt(std::string("AT Hands -1") + kReport + "\tGoloman Wilkes \r", &command));
  EXPECT_EQ(command.fix.time, 1'520'023'934'918'963'997);
}

TEST(AnAtLine, HasADifferenceAsOlderServersWriteThem) {
  const auto skew = [](const std::string& text) -> std::optional<Nanos> {
    Command command;
    if (!ReadsAt("AT Hands " + text + kReport, &command)) return std::nullopt;
    return command.skew;
  };
  EXPECT_EQ(skew("+0.000000001"), 1);
  EXPECT_EQ(skew("-0.5"), -500'000'000);
  EXPECT_EQ(skew("0.5"), 500'000'000);
  EXPECT_EQ(skew("-12"), -12 * kNanosPerSecond);
  EXPECT_EQ(skew("+0.1234567899"), 123'456'789);
  EXPECT_EQ(skew("9.5e-05"), 95'000);
  EXPECT_EQ(skew("-1E2"), -100 * kNanosPerSecond);
  for (const char* none : {"+", "-", "+-1", "++1", "1e99", "9.1e9", "1e", "e5", "inf", "+nan",
                           "0x5", "5s", "9223372037"}) {
    EXPECT_EQ(skew(none), std::nullopt) << none;
  }
}

TEST(AnAtLine, WithoutAllThatBelongsToItIsNone) {
  for (const char* none :
       {"AT", "AT Hands", "AT Hands +1", "AT Hands +1 kiwi", "AT Hands +1 kiwi +34-118",
        "AT Hands +1 kiwi +34-118 x", "AT Hands +1 kiwi +94-118 5", "AT Hands +1 kiwi 34-118 5",
        "AT Hands +1 kiwi +34-118 -5", "at Hands +1 kiwi +34-118 5", "", "IAMAT kiwi +34-118 5",
        "ATX Hands +1 kiwi +34-118 5"}) {
    Command command;
    EXPECT_FALSE(ReadsAt(none, &command)) << none;
    EXPECT_EQ(command.kind, Kind::kInvalid) << none;
  }
}

TEST(AnyBytesAtAll, AreParsedWithoutReadingBeyondThem) {
  std::mt19937_64 random(5);
  const std::string alphabet = "IAMATWHS +-.0159e\t\r\xff\xa0 ";
  for (int i = 0; i < 50'000; ++i) {
    std::string line = i % 2 == 0 ? kIamat : "WHATSAT kiwi 10.5 20";
    for (std::uint64_t changes = random() % 4; changes > 0; --changes) {
      line[random() % line.size()] = alphabet[random() % alphabet.size()];
    }
    line.resize(random() % 4 == 0 ? random() % line.size() : line.size());
    const Command command = ParseCommand(line);
    if (command.kind == Kind::kIamat || command.kind == Kind::kWhatsat) {
      EXPECT_FALSE(command.client_id.empty());
    }
    EXPECT_EQ(KindOf(line), command.kind);
    Command at;
    ReadsAt("AT Hands +0.5" + line.substr(std::min<std::size_t>(5, line.size())), &at);
  }
}

}  // namespace
}  // namespace herd::text
