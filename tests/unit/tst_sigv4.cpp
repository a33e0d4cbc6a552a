// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <algorithm>

#include "addresses/sigv4.h"

using namespace howdah::addresses;

/// Requests to AWS are signed as AWS signs them: by its own vectors, and by the published ones of Aurora DSQL's tokens.
class TestSigV4 : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void vectors_data();
    void vectors();
    void databaseTokens_data();
    void databaseTokens();
};

namespace {

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// "GET /path?query HTTP/1.1", headers, an empty line, the body.
AwsRequest parsed(const QByteArray &text)
{
    AwsRequest request;
    const qsizetype end = text.indexOf("\n\n");
    request.body = end < 0 ? QByteArray() : text.mid(end + 2);
    const QList<QByteArray> lines = text.left(end < 0 ? text.size() : end).split('\n');
    const QByteArray first = lines.first();
    request.method = first.left(first.indexOf(' '));
    const QByteArray target = first.mid(first.indexOf(' ') + 1, first.lastIndexOf(' ') - first.indexOf(' ') - 1);
    const qsizetype mark = target.indexOf('?');
    request.path = mark < 0 ? target : target.left(mark);
    request.query = mark < 0 ? QByteArray() : target.mid(mark + 1);
    for (const QByteArray &line : lines.mid(1)) {
        if (line.startsWith(' ') && !request.headers.empty()) { // goes on with the header above
            request.headers.back().second += line;
        } else if (line.contains(':')) {
            request.headers.emplace_back(line.left(line.indexOf(':')), line.mid(line.indexOf(':') + 1));
        }
    }
    return request;
}

QString folder()
{
    return qEnvironmentVariable("HOWDAH_SOURCE_DIR") + QStringLiteral("/../shared/data/aws-sigv4");
}

} // namespace

void TestSigV4::vectors_data()
{
    QTest::addColumn<QString>("path");
    const QStringList names = QDir(folder()).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &name : names) {
        QTest::newRow(qPrintable(name)) << folder() + QLatin1Char('/') + name;
    }
    if (names.isEmpty()) {
        QTest::newRow("none") << QString();
    }
}

void TestSigV4::vectors()
{
    QFETCH(QString, path);
    if (path.isEmpty()) {
        QSKIP("needs AWS's signing vectors beside the checkout");
    }
    const QJsonObject context = QJsonDocument::fromJson(contents(path + QStringLiteral("/context.json"))).object();
    const QJsonObject key = context.value(QStringLiteral("credentials")).toObject();
    const auto text = [](const QJsonObject &object, const char *name) {
        return object.value(QLatin1String(name)).toString().toUtf8();
    };
    AwsSigning signing;
    signing.key = {text(key, "access_key_id"), text(key, "secret_access_key"), text(key, "token")};
    signing.region = text(context, "region");
    signing.service = text(context, "service");
    signing.at = QDateTime::fromString(context.value(QStringLiteral("timestamp")).toString(), Qt::ISODate);
    signing.normalizesPath = context.value(QStringLiteral("normalize")).toBool();
    signing.sendsBodyHash = context.value(QStringLiteral("sign_body")).toBool();
    signing.signsToken = !context.value(QStringLiteral("omit_session_token")).toBool();
    const int expiresS = context.value(QStringLiteral("expiration_in_seconds")).toInt();
    const AwsRequest request = parsed(contents(path + QStringLiteral("/request.txt")));
    for (const bool signedQuery : {false, true}) {
        const QString form = path + (signedQuery ? QStringLiteral("/query-") : QStringLiteral("/header-"));
        const QByteArray canonical = awsCanonicalRequest(request, signing, signedQuery, expiresS);
        QCOMPARE(canonical, contents(form + QStringLiteral("canonical-request.txt")));
        const QByteArray toSign = awsStringToSign(canonical, signing);
        QCOMPARE(toSign, contents(form + QStringLiteral("string-to-sign.txt")));
        const QByteArray signature = awsSignature(toSign, signing);
        QCOMPARE(signature, contents(form + QStringLiteral("signature.txt")).trimmed());
        const QByteArray whole = contents(form + QStringLiteral("signed-request.txt"));
        if (signedQuery) {
            const QByteArray query = awsQuery(request, signing, expiresS);
            QVERIFY(query.endsWith("&X-Amz-Signature=" + signature));
            const QByteArray theirs = parsed(whole).query;
            const auto added = [](const QByteArray &all) { // the request's own they leave as it came
                QList<QByteArray> parts = all.split('&');
                parts.removeIf([](const QByteArray &part) { return !part.startsWith("X-Amz-"); });
                std::sort(parts.begin(), parts.end());
                return parts;
            };
            QCOMPARE(added(query), added(theirs));
        } else {
            for (const auto &[name, value] : awsHeaders(request, signing)) {
                QVERIFY2(whole.contains(name + ':' + value + '\n'), name.constData());
            }
        }
    }
}

void TestSigV4::databaseTokens_data()
{
    QTest::addColumn<QByteArray>("action");
    QTest::addColumn<QByteArray>("signature");
    QTest::newRow("a role") << QByteArray("DbConnect")
                            << QByteArray("57fe03e060348aaa21405c239bf02572bbc911076e94dcd65c12ae569dd8fcf4");
    QTest::newRow("admin") << QByteArray("DbConnectAdmin")
                           << QByteArray("5ac084bc7cabccc19a52a5d1b5c24b50d3ce143f43b659bd484c91aaf555e190");
}

void TestSigV4::databaseTokens()
{
    QFETCH(QByteArray, action);
    QFETCH(QByteArray, signature);
    AwsSigning signing;
    signing.key = {"ACCESS_KEY", "SECRET_KEY", "SESSION_TOKEN"};
    signing.region = "us-east-1";
    signing.service = "dsql";
    signing.at = QDateTime::fromString(QStringLiteral("2024-11-07T17:39:33Z"), Qt::ISODate);
    const AwsRequest request{"GET", "/", "Action=" + action, {{"host", "test.dsql.us-east-1.on.aws"}}, {}};
    const QByteArray query = awsQuery(request, signing, 900);
    QVERIFY2(query.endsWith("&X-Amz-Signature=" + signature), query.constData());
}

QTEST_GUILESS_MAIN(TestSigV4)
#include "tst_sigv4.moc"
