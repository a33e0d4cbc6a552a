// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include "operations/httpclient.h"
#include "operations/httpmessage.h"

using namespace howdah;
using namespace howdah::operations;

/// A REST API that answers every request with the same bytes, or says nothing.
class Api : public QObject {
public:
    explicit Api(QByteArray answer, bool closes = true)
        : m_answer(std::move(answer))
        , m_closes(closes)
    {
        m_server.listen(QHostAddress::LocalHost);
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            QTcpSocket *socket = m_server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, this, [this, socket] {
                request += socket->readAll();
                if (!request.contains("\r\n\r\n")) {
                    return;
                }
                ++requests;
                socket->write(m_answer);
                if (m_closes) {
                    socket->disconnectFromHost();
                }
            });
        });
    }
    QString url(const QString &path = QStringLiteral("/x")) const
    {
        return QStringLiteral("http://127.0.0.1:%1%2").arg(m_server.serverPort()).arg(path);
    }

    QByteArray request;
    int requests = 0;

private:
    QTcpServer m_server;
    QByteArray m_answer;
    bool m_closes;
};

/// What goes over the wire, and what is made of what comes back.
class TestHttpClient : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void answers_data();
    void answers();
    void failures_data();
    void failures();
    void isSentOnceOnly();
    void nobodyListens();
    void urls_data();
    void urls();
    void credentialsComeFromTheEnvironment();
    void providersGetTheirOwnSecretsOnly();
    void cancelledOnesSayNothing();

private:
    Handed<HttpAnswer> send(const HttpRequest &request, int deadlineMs = 5000)
    {
        std::optional<Handed<HttpAnswer>> got;
        m_client.send(request, deadlineMs, [&](Handed<HttpAnswer> answer) { got = std::move(answer); });
        if (!QTest::qWaitFor([&] { return got.has_value(); }, 10'000)) {
            return tl::unexpected(HandsFailure{{.message = QStringLiteral("never answered")}, true});
        }
        return *got;
    }
    HttpClient m_client;
};

void TestHttpClient::init()
{
    for (const char *name : {"HOWDAH_TEST_USER", "HOWDAH_TEST_PASSWORD", "HOWDAH_TEST_TOKEN"}) {
        qunsetenv(name);
    }
}

void TestHttpClient::answers_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("closes");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("body");
    const auto row = [](const char *name, const QByteArray &bytes, bool closes, int status, const char *body) {
        QTest::newRow(name) << bytes << closes << status << QString::fromUtf8(body);
    };
    row("until it closes", "HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6\r\n\r\nSuccessfully", true, 200, "Successfully");
    row("with a length, kept open", "HTTP/1.1 412 Precondition Failed\r\ncontent-length: 3\r\n\r\nno.", false, 412,
        "no.");
    row("in chunks, kept open",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
        "chunked\r\n\r\n4;x=y\r\n{\"a\"\r\nA\r\n:\"1234567\"\r\n1\r\n}\r\n0\r\n\r\n",
        false, 200, "{\"a\":\"1234567\"}");
    row("nothing but a status", "HTTP/1.1 204 No Content\r\n\r\n", false, 204, "");
    row("after a 100", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok", false, 202,
        "ok");
    row("a redirect is an answer", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        false, 302, "");
}

void TestHttpClient::answers()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, closes);
    Api api(bytes, closes);
    const auto answer = send({QStringLiteral("GET"), api.url(), {}, {}});
    QVERIFY2(answer, answer ? "" : qPrintable(answer.error().error.message));
    QTEST(answer->status, "status");
    QTEST(answer->body, "body");
    QCOMPARE(api.requests, 1);
}

void TestHttpClient::failures_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("closes");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const QByteArray &bytes, bool closes, const char *says) {
        QTest::newRow(name) << bytes << closes << QString::fromUtf8(says);
    };
    row("no answer", {}, true, "without an answer");
    row("silence", {}, false, "no answer within 300 ms");
    row("half a head", "HTTP/1.1 200 OK\r\nContent", true, "cut short");
    row("half a body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true, "cut short");
    row("half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf", true, "cut short");
    row("no chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", false, "not in whole chunks");
    row("another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n", false, "no HTTP");
    row("too much", "HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + QByteArray(2'000'000, 'x'), false,
        "too much");
    row("endless", "HTTP/1.1 200 OK\r\n\r\n" + QByteArray(2'000'000, 'x'), false, "too much");
}

void TestHttpClient::failures()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, closes);
    QFETCH(QString, says);
    Api api(bytes, closes);
    const auto answer =
        send({QStringLiteral("POST"), api.url(), QStringLiteral("{}"), {}}, bytes.isEmpty() && !closes ? 300 : 5000);
    QVERIFY(!answer);
    QVERIFY2(answer.error().error.message.contains(says), qPrintable(answer.error().error.message));
    QVERIFY(answer.error().mayHaveHappened); // it had been sent
}

void TestHttpClient::isSentOnceOnly()
{
    Api api({}, true); // takes the request and hangs up
    const auto answer = send(
        {QStringLiteral("POST"), api.url(QStringLiteral("/switchover")), QStringLiteral("{\"leader\":\"pg1\"}"), {}});
    QVERIFY(!answer);
    QTest::qWait(50); // a second one would come at once
    QCOMPARE(api.requests, 1);
    QVERIFY2(api.request.startsWith("POST /switchover HTTP/1.1\r\nHost: 127.0.0.1:"), api.request.constData());
    QVERIFY(api.request.contains("\r\nContent-Type: application/json\r\n"));
    QVERIFY(api.request.endsWith("\r\nContent-Length: 16\r\n\r\n{\"leader\":\"pg1\"}"));
}

void TestHttpClient::nobodyListens()
{
    QString url;
    {
        Api api({}, true);
        url = api.url();
    }
    const auto refused = send({QStringLiteral("POST"), url, QStringLiteral("{}"), {}});
    QVERIFY(!refused);
    QVERIFY2(!refused.error().mayHaveHappened, qPrintable(refused.error().error.message));
    const auto unknown = send({QStringLiteral("POST"), QStringLiteral("http://no-such-host.invalid/"), {}, {}});
    QVERIFY(!unknown);
    QVERIFY(!unknown.error().mayHaveHappened);
    // A server that does not speak TLS never gets to see the request.
    Api plain("HTTP/1.1 200 OK\r\n\r\n", false);
    const auto tls = send({QStringLiteral("POST"),
                           plain.url().replace(QStringLiteral("http:"), QStringLiteral("https:")),
                           QStringLiteral("{}"),
                           {}},
                          500);
    QVERIFY(!tls);
    QVERIFY(!tls.error().mayHaveHappened);
    QVERIFY(!plain.request.contains("POST"));
}

void TestHttpClient::urls_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QByteArray>("host");
    QTest::newRow("port") << QStringLiteral("http://10.0.0.11:8008/cluster") << QByteArray("10.0.0.11:8008");
    QTest::newRow("none") << QStringLiteral("https://api.example.com/v2?a=b%20c") << QByteArray("api.example.com");
    QTest::newRow("version 6") << QStringLiteral("http://[fd00::1]:8008/") << QByteArray("[fd00::1]:8008");
    QTest::newRow("password") << QStringLiteral("http://u:canary-2213@10.0.0.11/") << QByteArray();
    QTest::newRow("another scheme") << QStringLiteral("file:///etc/passwd") << QByteArray();
    QTest::newRow("no host") << QStringLiteral("http:///x") << QByteArray();
    QTest::newRow("nothing") << QString() << QByteArray();
}

void TestHttpClient::urls()
{
    QFETCH(QString, url);
    QFETCH(QByteArray, host);
    const auto known = apiUrl(url);
    QCOMPARE(known.has_value(), !host.isEmpty());
    if (known) {
        const QByteArray message = httpMessage({QStringLiteral("GET"), url, {}, {}}, *known);
        QVERIFY2(message.contains("\r\nHost: " + host + "\r\n"), message.constData());
        return;
    }
    QVERIFY(!known.error().message.contains(QStringLiteral("canary-2213")));
    const auto answer = send({QStringLiteral("POST"), url, {}, {}});
    QVERIFY(!answer && !answer.error().mayHaveHappened);
}

void TestHttpClient::credentialsComeFromTheEnvironment()
{
    const QUrl url(QStringLiteral("http://10.0.0.11:8008/"));
    const HttpRequest request{QStringLiteral("POST"), url.toString(), {}, QStringLiteral("HOWDAH_TEST")};
    QVERIFY(!httpMessage(request, url).contains("Authorization"));
    qputenv("HOWDAH_TEST_USER", "admin");
    qputenv("HOWDAH_TEST_PASSWORD", "s3cret:x");
    QVERIFY(httpMessage(request, url)
                .contains("\r\nAuthorization: Basic " + QByteArray("admin:s3cret:x").toBase64() + "\r\n"));
    QVERIFY(!httpMessage({request.method, request.url, {}, {}}, url).contains("Authorization"));
    QVERIFY(!httpMessage({request.method, request.url, {}, request.credentials, true}, url).contains("Authorization"));
    qputenv("HOWDAH_TEST_TOKEN", "abc\r\nX-Evil: 1");
    QVERIFY(httpMessage(request, url).contains("\r\nAuthorization: Bearer abcX-Evil: 1\r\n"));
}

/// A token goes to its provider's own base URL, and what that says of it stays there.
void TestHttpClient::providersGetTheirOwnSecretsOnly()
{
    Api api("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nX-Said: sesame-open\r\nContent-Length: 17\r\n\r\n"
            "You: sesame-open.");
    HttpRequest request{QStringLiteral("GET"), api.url(QStringLiteral("/v2/x")), {}};
    request.ask.provider = QStringLiteral("digitalocean");
    qunsetenv("DIGITALOCEAN_ACCESS_TOKEN");
    qunsetenv("DIGITALOCEAN_TOKEN");
    qputenv("DIGITALOCEAN_API_URL", api.url(QString()).toLatin1());
    const auto missing = send(request);
    QVERIFY(!missing && !missing.error().mayHaveHappened);
    QVERIFY2(missing.error().error.hint.contains(QStringLiteral("DIGITALOCEAN_ACCESS_TOKEN")),
             qPrintable(missing.error().error.hint));
    QCOMPARE(api.requests, 0);

    qputenv("DIGITALOCEAN_ACCESS_TOKEN", "sesame-open\r\nX-Injected: yes");
    QVERIFY(send(request));
    QVERIFY2(api.request.contains("\r\nAuthorization: Bearer sesame-openX-Injected: yes\r\n"), api.request.constData());
    qputenv("DIGITALOCEAN_ACCESS_TOKEN", "sesame-open");
    const auto answer = send(request);
    QVERIFY(answer);
    QCOMPARE(answer->status, 429);
    QCOMPARE(answer->body, QStringLiteral("You: ********."));
    const auto header = [&answer](const QByteArray &name) {
        const auto at = std::find_if(answer->headers.begin(), answer->headers.end(),
                                     [&name](const auto &one) { return one.first == name; });
        return at == answer->headers.end() ? QByteArray() : at->second;
    };
    QCOMPARE(header("retry-after"), QByteArray("7"));
    QCOMPARE(header("x-said"), QByteArray("********"));

    const int before = api.requests;
    qputenv("DIGITALOCEAN_API_URL", api.url(QStringLiteral("/base")).toLatin1());
    for (const QString &url : {QStringLiteral("http://127.0.0.1:1/base/x"), api.url(QStringLiteral("/basement/x")),
                               QStringLiteral("https://elsewhere.invalid/base/x")}) {
        request.url = url;
        const auto refused = send(request);
        QVERIFY(!refused && !refused.error().mayHaveHappened);
        QVERIFY(refused.error().error.kind == core::Error::Kind::Denied);
    }
    request.ask.provider = QStringLiteral("nobody");
    QVERIFY(!send(request));
    QCOMPARE(api.requests, before);
    qunsetenv("DIGITALOCEAN_ACCESS_TOKEN");
    qunsetenv("DIGITALOCEAN_API_URL");
}

void TestHttpClient::cancelledOnesSayNothing()
{
    Api api("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false);
    int answers = 0;
    // One that cancels all from within its answer, beside one that is still under way.
    m_client.send({QStringLiteral("GET"), api.url(), {}, {}}, 5000, [&](const Handed<HttpAnswer> &) {
        ++answers;
        m_client.cancelAll();
    });
    Api silent({}, false);
    m_client.send({QStringLiteral("GET"), silent.url(), {}, {}}, 200, [&](const Handed<HttpAnswer> &) { ++answers; });
    QTRY_COMPARE(answers, 1);
    QTest::qWait(400);
    QCOMPARE(answers, 1);
}

QTEST_GUILESS_MAIN(TestHttpClient)
#include "tst_httpclient.moc"
