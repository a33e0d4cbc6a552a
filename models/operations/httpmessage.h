// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QUrl>
#include <optional>

#include "core/error.h"
#include "operations/hands.h"
#include "operations/provideraccess.h"

namespace howdah::operations {

/// The URL of a REST API; an error for what is none, and for one with a user or password in it.
core::Result<QUrl> apiUrl(const QString &text);

/// What stands behind the method, and in the header Host.
QByteArray targetOf(const QUrl &url);
QByteArray hostOf(const QUrl &url);

/// What goes over the wire for a request, with the credentials that the environment has for its name.
QByteArray httpMessage(const HttpRequest &request, const QUrl &url);
/// The same of one to a provider, with what was added to it.
QByteArray httpMessage(const HttpRequest &request, const QUrl &url, const ProviderAccess &access);

/// An answer as it arrives. https://www.rfc-editor.org/rfc/rfc9112
class HttpParser {
public:
    explicit HttpParser(bool bodyless)
        : m_bodyless(bodyless)
    {
    }

    /// What came; closed says that nothing more will. The answer once it is whole, empty while it is not, an error for
    /// what is no answer, is larger than 1 MiB, or is cut short.
    core::Result<std::optional<HttpAnswer>> feed(const QByteArray &bytes, bool closed);

private:
    core::Result<bool> readHead();
    core::Result<std::optional<QByteArray>> chunked() const;

    QByteArray m_bytes;
    bool m_bodyless; ///< an answer to HEAD
    bool m_headRead = false;
    int m_status = 0;
    std::vector<std::pair<QByteArray, QByteArray>> m_headers;
    bool m_isChunked = false;
    qint64 m_length = -1; ///< -1: until the connection closes
};

} // namespace howdah::operations
