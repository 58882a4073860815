// What gRPC and Protobuf have to say goes to the server's log; they would write to standard error,
// a line for each message or handshake that a stranger makes them refuse.
#pragma once

namespace herd {

// Before other threads are started. What gRPC says below its errors, it says only when its
// GRPC_VERBOSITY asks for it.
void LogForLibraries();

}  // namespace herd
