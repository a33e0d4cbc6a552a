// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/certificate.h"

#include <QHostAddress>
#include <QNetworkProxy>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <algorithm>
#include <utility>

#include "core/servertext.h"

namespace howdah::operations::address {

namespace {

/// Its own length, and 1234 and 5679 where others have the version of the protocol.
constexpr char kSslRequest[] = {0, 0, 0, 8, 0x04, static_cast<char>(0xd2), 0x16, 0x2f};
constexpr qsizetype kMostNames = 100, kMostName = 255;

QStringList namesOf(const QSslCertificate &certificate)
{
    QStringList names;
    const auto alternatives = certificate.subjectAlternativeNames();
    for (auto one = alternatives.cbegin(); one != alternatives.cend(); ++one) {
        if ((one.key() == QSsl::DnsEntry || one.key() == QSsl::IpAddressEntry) && names.size() < kMostNames) {
            names.append(core::sanitized(one.value(), kMostName));
        }
    }
    const QStringList common = certificate.subjectInfo(QSslCertificate::CommonName);
    if (names.isEmpty() && !common.isEmpty()) {
        names.append(core::sanitized(common.front(), kMostName));
    }
    names.sort();
    return names;
}

} // namespace

bool isFor(const Certificate &certificate, const QString &host)
{
    const QHostAddress ip(host);
    return std::any_of(certificate.names.begin(), certificate.names.end(), [&](const QString &name) {
        if (!ip.isNull()) {
            return ip.isEqual(QHostAddress(name), QHostAddress::TolerantConversion);
        }
        if (!name.startsWith(QLatin1String("*."))) {
            return name.compare(host, Qt::CaseInsensitive) == 0;
        }
        const qsizetype dot = host.indexOf(QLatin1Char('.'));
        return dot > 0 && host.mid(dot).compare(name.mid(1), Qt::CaseInsensitive) == 0;
    });
}

void CertificateLook::start(const QString &ip, int port, const QString &host, int deadlineMs,
                            std::function<void(Certificate)> done)
{
    m_done = std::move(done);
    m_socket.setProxy(QNetworkProxy::NoProxy);
    QSslConfiguration any = m_socket.sslConfiguration();
    any.setPeerVerifyMode(QSslSocket::VerifyNone); // it is looked at, not trusted
    m_socket.setSslConfiguration(any);
    m_socket.setPeerVerifyName(host);
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this, deadlineMs] {
        end({{}, {}, tr("no answer within %1 ms").arg(deadlineMs)});
    });
    connect(&m_socket, &QSslSocket::errorOccurred, this, [this] {
        end({{}, {}, core::sanitized(m_socket.errorString(), 300)});
    });
    connect(&m_socket, &QSslSocket::connected, this, [this] { m_socket.write(kSslRequest, sizeof(kSslRequest)); });
    connect(&m_socket, &QSslSocket::readyRead, this, &CertificateLook::answered);
    connect(&m_socket, &QSslSocket::encrypted, this, &CertificateLook::encrypted);
    m_deadline.start(deadlineMs);
    // Some errors come from within connectToHost().
    QTimer::singleShot(0, this, [this, ip, port] { m_socket.connectToHost(ip, static_cast<quint16>(port)); });
}

void CertificateLook::answered()
{
    if (m_socket.isEncrypted()) {
        return;
    }
    // One byte and no more: what came with it would be somebody's who has pushed it in between (CVE-2021-23222).
    const QByteArray answer = m_socket.readAll();
    if (answer == "S") {
        disconnect(&m_socket, &QSslSocket::readyRead, this, nullptr);
        m_socket.startClientEncryption();
    } else {
        end({{}, {}, answer == "N" ? tr("it offers no TLS") : tr("it does not answer as PostgreSQL does")});
    }
}

void CertificateLook::encrypted()
{
    const QSslCertificate shown = m_socket.peerCertificate();
    if (shown.isNull()) {
        end({{}, {}, tr("it shows no certificate")});
        return;
    }
    end({namesOf(shown), shown.expiryDate().toUTC(), {}});
}

void CertificateLook::end(const Certificate &certificate)
{
    if (m_done) {
        m_deadline.stop();
        m_socket.disconnect(this);
        m_socket.abort();
        std::exchange(m_done, nullptr)(certificate);
    }
}

} // namespace howdah::operations::address
