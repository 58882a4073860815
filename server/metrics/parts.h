// The parts of the page that Describe makes, each of what its name says.
#pragma once

#include "herd/v1/operator.pb.h"
#include "server/metrics/page.h"
#include "server/metrics/process.h"

namespace herd::metrics {

// Who this is, what it holds, whether it is ready; its log.
void AddServer(const v1::GetStatusResponse& status, Page* page);
void AddFrontDoor(const v1::FrontDoor& door, Page* page);
// One number of each for each neighbour, and direction where there are two: inbound is what the
// neighbour sends this server.
using Neighbors = google::protobuf::RepeatedPtrField<v1::Neighbor>;
void AddLinks(const Neighbors& neighbors, Page* page);
using TextNeighbors = google::protobuf::RepeatedPtrField<v1::TextNeighbor>;
void AddTextLinks(const TextNeighbors& neighbors, Page* page);
void AddPlaces(const v1::Places& places, Page* page);
// By the names that all programs use.
void AddProcess(const v1::GetStatusResponse& status, const ProcessUse& use, Page* page);

}  // namespace herd::metrics
