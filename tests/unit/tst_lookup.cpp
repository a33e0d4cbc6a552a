// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTcpServer>
#include <QTest>

#include "postgres/session.h"

using namespace howdah::postgres;

/// Names that a name server does not answer for.
class TestLookup : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aSilentNameHoldsUpNoOther();
    void aSilentNameAloneIsNotResolved();
};

namespace {
// The deadline is over before any name server has answered.
const SessionOptions kAtOnce{.connectMs = 0};
} // namespace

void TestLookup::aSilentNameHoldsUpNoOther()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const auto conninfo =
        Conninfo::parse(QStringLiteral("host=silent.invalid,127.0.0.1 port=%1 user=nobody").arg(server.serverPort()));
    QVERIFY(conninfo);
    Session session(*conninfo, kAtOnce);
    session.open();
    QTRY_VERIFY(server.hasPendingConnections());
}

void TestLookup::aSilentNameAloneIsNotResolved()
{
    const auto conninfo = Conninfo::parse(QStringLiteral("host=silent.invalid user=nobody"));
    QVERIFY(conninfo);
    Session session(*conninfo, kAtOnce);
    QSignalSpy failures(&session, &Session::failed);
    session.open();
    QTRY_COMPARE(failures.size(), 1);
}

QTEST_GUILESS_MAIN(TestLookup)
#include "tst_lookup.moc"
