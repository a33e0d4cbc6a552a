// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QObject>
#include <QSslSocket>
#include <QStringList>
#include <QTimer>
#include <functional>

namespace howdah::operations::address {

/// The certificate that a server shows to those who connect by an address.
struct Certificate {
    QStringList names; ///< whom it is for: the DNS names and IPs of subjectAltName, without any the common name
    QDateTime expires; ///< UTC; invalid: it was not seen
    QString error;     ///< why it was not seen; empty: it was

    bool isKnown() const { return error.isEmpty() && expires.isValid(); }
    bool operator==(const Certificate &) const = default;
};

/// Whether a client that verifies the name (sslmode=verify-full) takes it for a host name or an IP: exactly, without
/// regard to case, or by a * in place of the leftmost label (RFC 6125, 6.4.3; libpq, "SSL Support"). Pure.
bool isFor(const Certificate &certificate, const QString &host);

/// Asks a PostgreSQL server for TLS and takes the certificate that it shows, whatever that is worth: nothing is sent
/// over that connection but the request for TLS ("Message Flow", SSLRequest). Used once. Engine thread.
class CertificateLook : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// host: the name that applications connect by, sent along (SNI); may be empty. done is called once.
    void start(const QString &ip, int port, const QString &host, int deadlineMs, std::function<void(Certificate)> done);

private:
    void answered();
    void encrypted();
    void end(const Certificate &certificate);

    QSslSocket m_socket;
    QTimer m_deadline;
    std::function<void(Certificate)> m_done;
};

} // namespace howdah::operations::address
