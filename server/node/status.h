// What GetStatus says of the process, of the map and of the clients.
//
// Plain functions; any thread.
#pragma once

#include "frontend/net/front_door.h"
#include "frontend/net/text_links.h"
#include "herd/v1/operator.pb.h"
#include "server/log/log.h"
#include "server/node/node.h"
#include "server/state/store.h"
#include "server/tls/identity_keeper.h"

namespace herd {

// Who this is, with what it runs, and what it takes of the machine.
void DescribeProcess(const NodeOptions& options, const OriginId& own,
                     v1::GetStatusResponse* status);

// The vector, and the digest of the same moment.
void DescribeMap(const Store& store, v1::GetStatusResponse* status);

// What clients may take.
void DescribeLimits(const net::Limits& limits, const NodeOptions& options,
                    v1::ClientLimits* message);

// What they have done, and take.
void DescribeFrontDoor(const net::FrontDoor& front_door, v1::FrontDoor* door);

// Until when they hold; null: there is none.
void DescribeCertificates(const tls::IdentityKeeper* own, const tls::IdentityKeeper* clients,
                          v1::GetStatusResponse* status);

void DescribeLog(const log::Counts& counts, v1::LogCounts* log);

void DescribeTextLinks(const net::TextLinks& links,
                       google::protobuf::RepeatedPtrField<v1::TextNeighbor>* neighbors);

// What the links have brought in all, of the neighbours that stand in the status.
void SumUpNeighbors(v1::GetStatusResponse* status);

}  // namespace herd
