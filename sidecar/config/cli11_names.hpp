// SPDX-License-Identifier: Apache-2.0
// CLI11 by name: its header takes a compiler 4 s, so only who defines options includes it.
#pragma once

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own
class App;
class Option;
class ParseError;
}  // namespace CLI
