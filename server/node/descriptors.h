// How many descriptors this process may have open, and how many of them clients may take.
//
// Any thread.
#pragma once

#include <cstdint>

#include "frontend/net/limits.h"

namespace herd {

// As many as the system lets this process have.
void RaiseDescriptorLimit();

std::uint64_t DescriptorLimit();

// What of such a limit is left for clients' connections: the links, operators, whoever looks after
// the server's health, Places and the log get theirs also when clients have taken all of that.
std::uint64_t DescriptorsForClients(std::uint64_t limit);

// The limits of the front door with what is left of `descriptors`: 0 connections become as many as
// are, and 0 of an address half of all; more than are left become what is, with a warning.
net::Limits FitConnections(net::Limits limits, std::uint64_t descriptors);

}  // namespace herd
