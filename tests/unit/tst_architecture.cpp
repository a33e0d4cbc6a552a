// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDirIterator>
#include <QRegularExpression>
#include <QTest>
#include <algorithm>

/// What the compiler does not see and the layer rule of CMake can't: Debian's flat include directories let a header be
/// found that belongs to a library nobody linked.
class TestArchitecture : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void licenceInEveryFile();
    void forbidden_data();
    void forbidden();
    void theRulesBite();
    void noFileIsTooLong();

private:
    QStringList files(const QStringList &folders, const QStringList &patterns) const;
    QString read(const QString &path) const;
    QString m_root;
};

namespace {
const QStringList kSources{QStringLiteral("*.cpp"), QStringLiteral("*.h")};
const QStringList kProgram{QStringLiteral("app"), QStringLiteral("ui"), QStringLiteral("models")};

const QString kLibpq = QStringLiteral("#include\\s*[<\"](?:postgresql/)?(?:libpq-fe|libpq-events|pg_config)\\.h");
const QString kPainting = QStringLiteral("#include\\s*<(?:QtWidgets|QtGui|QtSvg|QtPrintSupport|QWidget|QApplication|"
                                         "QGuiApplication|QPainter|QIcon|QColor|QFont|QPixmap|QImage|QPalette|QStyle|"
                                         "QLabel|QDialog|QMessageBox|QGraphics|QTableView)");
const QString kPlot = QStringLiteral("#include\\s*[<\"]qcustomplot");
const QString kWaiting = QStringLiteral("\\b(?:waitForFinished|waitForStarted|waitForReadyRead|waitForBytesWritten|"
                                        "waitForConnected|processEvents|QThread::m?sleep|PQexec|PQconnectdb)\\s*\\(");
const QString kToml = QStringLiteral("#include\\s*<toml\\+\\+");
const QString kYaml = QStringLiteral("#include\\s*[<\"]yaml-cpp");
// Its insecure fallback is a file with secrets in it.
const QString kKeychain = QStringLiteral("#include\\s*[<\"](?:qt6?keychain|keychain\\.h)");
const QString kFallback = QStringLiteral("\\bsetInsecureFallback\\s*\\(\\s*[^)\\s]");
} // namespace

void TestArchitecture::initTestCase()
{
    m_root = qEnvironmentVariable("HOWDAH_SOURCE_DIR");
    QVERIFY2(!m_root.isEmpty() && QDir(m_root).exists(QStringLiteral("models/core")), "HOWDAH_SOURCE_DIR");
}

QStringList TestArchitecture::files(const QStringList &folders, const QStringList &patterns) const
{
    QStringList result;
    for (const QString &folder : folders) {
        QDirIterator it(m_root + QLatin1Char('/') + folder, patterns, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            result += QDir(m_root).relativeFilePath(it.next());
        }
    }
    return result;
}

QString TestArchitecture::read(const QString &path) const
{
    QFile file(m_root + QLatin1Char('/') + path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

void TestArchitecture::licenceInEveryFile()
{
    const QStringList all = files(kProgram + QStringList{QStringLiteral("tests"), QStringLiteral("cmake")},
                                  kSources + QStringList{QStringLiteral("*.cmake"), QStringLiteral("CMakeLists.txt"),
                                                         QStringLiteral("*.sh"), QStringLiteral("*.sql")});
    QVERIFY(all.size() > 50);
    for (const QString &path : all) {
        const QString head = read(path).section(QLatin1Char('\n'), 0, 2); // a script begins with its interpreter
        QVERIFY2(head.contains(QLatin1String("SPDX-License-Identifier: GPL-3.0-or-later")), qPrintable(path));
    }
}

void TestArchitecture::forbidden_data()
{
    QTest::addColumn<QStringList>("folders");
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QStringList>("allowedIn"); // a path's beginning
    QTest::newRow("libpq") << kProgram << kLibpq << QStringList{QStringLiteral("models/postgres/")};
    QTest::newRow("painting in models") << QStringList{QStringLiteral("models")} << kPainting
                                        << QStringList{QStringLiteral("-")};
    QTest::newRow("QCustomPlot") << kProgram << kPlot << QStringList{QStringLiteral("ui/charts/")};
    QTest::newRow("waiting") << kProgram << kWaiting << QStringList{QStringLiteral("-")};
    QTest::newRow("toml++") << kProgram << kToml
                            << QStringList{QStringLiteral("models/cluster/"), QStringLiteral("models/toolfiles/")};
    QTest::newRow("yaml-cpp") << kProgram << kYaml << QStringList{QStringLiteral("models/toolfiles/yaml.cpp")};
    QTest::newRow("QtKeychain") << kProgram << kKeychain << QStringList{QStringLiteral("models/keyring/")};
    QTest::newRow("secrets in a file") << kProgram << kFallback << QStringList();
}

void TestArchitecture::forbidden()
{
    QFETCH(QStringList, folders);
    QFETCH(QString, pattern);
    QFETCH(QStringList, allowedIn);
    const QRegularExpression expression(pattern);
    for (const QString &path : files(folders, kSources)) {
        if (std::none_of(allowedIn.begin(), allowedIn.end(),
                         [&path](const QString &one) { return path.startsWith(one); })) {
            const QRegularExpressionMatch match = expression.match(read(path));
            QVERIFY2(!match.hasMatch(), qPrintable(path + QStringLiteral(": ") + match.captured()));
        }
    }
}

// An expression that matches nothing would forbid nothing.
void TestArchitecture::theRulesBite()
{
    const auto bites = [](const QString &pattern, const char *line) {
        return QRegularExpression(pattern).match(QString::fromLatin1(line)).hasMatch();
    };
    QVERIFY(bites(kLibpq, "#include <libpq-fe.h>"));
    QVERIFY(bites(kLibpq, "#include <postgresql/libpq-fe.h>"));
    QVERIFY(bites(kPainting, "#include <QtWidgets/QWidget>"));
    QVERIFY(bites(kPainting, "#include <QWidget>"));
    QVERIFY(!bites(kPainting, "#include <QString>"));
    QVERIFY(bites(kPlot, "#include <qcustomplot.h>"));
    QVERIFY(bites(kWaiting, "    process.waitForFinished(100);"));
    QVERIFY(bites(kWaiting, "QThread::msleep(5)"));
    QVERIFY(bites(kToml, "#include <toml++/toml.h>"));
    QVERIFY(bites(kYaml, "#include <yaml-cpp/yaml.h>"));
    QVERIFY(bites(kKeychain, "#include <qt6keychain/keychain.h>"));
    QVERIFY(bites(kKeychain, "#include <keychain.h>"));
    QVERIFY(bites(kFallback, "job->setInsecureFallback(true);"));
}

void TestArchitecture::noFileIsTooLong()
{
    for (const QString &path : files(kProgram + QStringList{QStringLiteral("tests")}, kSources)) {
        const qsizetype lines = read(path).count(QLatin1Char('\n'));
        QVERIFY2(lines <= 800, qPrintable(QStringLiteral("%1: %2 lines").arg(path).arg(lines)));
    }
}

QTEST_APPLESS_MAIN(TestArchitecture)
#include "tst_architecture.moc"
