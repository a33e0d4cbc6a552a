// SPDX-License-Identifier: GPL-3.0-or-later
#include "doorprobe.h"

#include <QLocalSocket>
#include <QNetworkProxy>
#include <QTcpSocket>

namespace howdah::postgres {

namespace {
// Int32 length 8, Int32 code 80877103.
constexpr char kSslRequest[8] = {0, 0, 0, 8, 0x04, static_cast<char>(0xD2), 0x16, 0x2F};
} // namespace

DoorProbe::DoorProbe(QObject *parent)
    : QObject(parent)
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] { finish(false); });
}

DoorProbe::~DoorProbe()
{
    stop();
}

void DoorProbe::stop()
{
    m_deadline.stop();
    if (m_device) {
        m_device->disconnect(this);
        m_device.release()->deleteLater(); // we may be in one of its signals
    }
}

void DoorProbe::finish(bool open)
{
    stop();
    Q_EMIT answered(open);
}

void DoorProbe::knock(const Conninfo::Place &place, int deadlineMs)
{
    if (isKnocking()) {
        return;
    }
    m_deadline.start(deadlineMs);
    if (place.isSocket()) {
        auto socket = std::make_unique<QLocalSocket>();
        auto *raw = socket.get();
        m_device = std::move(socket);
        connect(raw, &QLocalSocket::connected, this, [raw] { raw->write(kSslRequest, sizeof kSslRequest); });
        connect(raw, &QLocalSocket::readyRead, this, [this] { finish(true); });
        connect(raw, &QLocalSocket::errorOccurred, this, [this] { finish(true); });
        raw->connectToServer(QStringLiteral("%1/.s.PGSQL.%2").arg(place.host, place.port));
        return;
    }
    auto socket = std::make_unique<QTcpSocket>();
    socket->setProxy(QNetworkProxy::NoProxy); // the session has none, either
    auto *raw = socket.get();
    m_device = std::move(socket);
    connect(raw, &QTcpSocket::connected, this, [raw] { raw->write(kSslRequest, sizeof kSslRequest); });
    connect(raw, &QTcpSocket::readyRead, this, [this] { finish(true); });
    connect(raw, &QTcpSocket::errorOccurred, this, [this] { finish(true); });
    raw->connectToHost(place.hostaddr.isEmpty() ? place.host : place.hostaddr, place.port.toUShort());
}

} // namespace howdah::postgres
