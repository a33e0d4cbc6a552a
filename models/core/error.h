// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <tl/expected.hpp>

namespace howdah::core {

/// What went wrong, in a form a person can act on. Errors are values here; nothing below the library's edge throws.
struct Error {
    /// Coarse kinds, for code that has to decide; the text is for people.
    enum class Kind {
        Invalid,    ///< the input is wrong: a file, an argument, a conninfo
        NotFound,   ///< the thing asked for does not exist
        Denied,     ///< rights are missing
        Connection, ///< the node could not be reached or refused us
        Timeout,    ///< a deadline of ours passed
        Server,     ///< the server answered with an error
        Io,         ///< a file or process failed
        Cancelled,  ///< somebody asked us to stop
    };

    Kind kind = Kind::Invalid;
    QString message;   ///< what happened, one sentence, plain text, redacted
    QString node = {}; ///< to which node, empty when to none
    QString hint = {}; ///< what to do next
    QString sqlstate = {};
    int systemErrno = 0;

    bool operator==(const Error &) const = default;
};

template<typename T>
using Result = tl::expected<T, Error>;

/// Short form for `return failure(Error::Kind::Invalid, …)`.
inline tl::unexpected<Error> failure(Error::Kind kind, QString message, QString hint = {})
{
    return tl::unexpected<Error>(Error{.kind = kind, .message = std::move(message), .hint = std::move(hint)});
}

} // namespace howdah::core
