// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/runbookproviders.h"

#include <QRegularExpression>

#include "addresses/providers.h"
#include "operations/provideraccess.h"
#include "operations/runbooksql.h"

namespace howdah::operations {

using addresses::Auth;

namespace {

// What follows a request is as the console does it, with fewer words: statuses stand for the provider's rules.
constexpr const char *kErrands = R"sh(
# $1: method, $2: URL, $3: seconds at most, $4: body, $5: its type, $6: a function that prints who asks. Prints the body
# of the answer, then its status on a line of its own.
ask_provider() {
  {
    $6
    [ -z "$4" ] || option header "$5" 'Content-Type: '
  } | curl -q -K - -g -sS --noproxy '*' --max-time "$3" -X "$1" ${4:+--data-raw "$4"} -w '\n%{http_code}\n' "$2"
}
# $1: seconds at most, $2: a function that prints what ask_provider prints, then patterns that its body must match. Ends
# with 1 when it was refused in words, with 2 when asking again would be as well, with 3 when the time is over.
errand() {
  end=$(($(date +%s) + $1)) ask=$2
  shift 2
  while :; do
    out=$($ask 2>&1) || :
    status=$(printf '%s\n' "$out" | tail -n 1)
    out=$(printf '%s\n' "$out" | sed '$d' | tr '\n' ' ')
    good=1
    for pattern in "$@"; do
      printf '%s\n' "$out" | grep -Eq "$pattern" || good=
    done
    case $status in
    2??) [ -z "$good" ] || return 0 ;;
    408 | 409 | 412 | 423 | 425 | 429 | 5??) ;;
    401) return 2 ;;
    403) printf '%s\n' "$out" | grep -q RATE_LIMIT_EXCEEDED || return 2 ;;
    400 | 422) printf '%s\n' "$out" | grep -Eqi 'pending event|IncorrectInstanceState' || return 1 ;;
    4??) return 1 ;;
    esac
    [ "$(date +%s)" -lt "$end" ] || return 3
    sleep 1
  done
}
# $1: what goes between the quotes of a JSON string
in_json() {
  printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}
)sh";

/// "${A:-${B:-}}": the first of them that is set.
QString valueOf(const addresses::Credential &credential)
{
    QString text;
    for (auto name = credential.variables.crbegin(); name != credential.variables.crend(); ++name) {
        text = QStringLiteral("${%1:-%2}").arg(*name, text);
    }
    return QLatin1Char('"') + text + QLatin1Char('"');
}

QString functionOf(const QString &provider)
{
    return QStringLiteral("who_") + QString(provider).replace(QLatin1Char('-'), QLatin1Char('_'));
}

std::vector<ProviderAsk> asked(const Plan &plan)
{
    std::vector<ProviderAsk> all;
    for (const Step &step : plan.steps) {
        for (const auto *list : {&step.actions, &step.verify, &step.undo}) {
            for (const Action &action : *list) {
                const ProviderAsk &ask = action.http.ask;
                if (!ask.provider.isEmpty() && addresses::providerOf(ask.provider) &&
                    std::none_of(all.begin(), all.end(),
                                 [&](const ProviderAsk &one) { return one.provider == ask.provider; })) {
                    all.push_back(ask);
                }
            }
        }
    }
    return all;
}

/// The set that is complete as the script is written, or the first.
addresses::CredentialSet setOf(const addresses::ProviderInfo &info)
{
    return addresses::completeCredentials(info, credentialsOf(info)).value_or(info.credentials.front());
}

/// The lines that print what curl reads of who asks.
QString whoText(const ProviderAsk &ask)
{
    const addresses::ProviderInfo &info = addresses::providerOf(ask.provider)->info();
    const addresses::CredentialSet set = setOf(info);
    switch (info.auth) {
    case Auth::Bearer:
        return QStringLiteral("  option header %1 'Authorization: Bearer '\n").arg(valueOf(set[0]));
    case Auth::Basic:
        return QStringLiteral("  option user %1:%2 ''\n").arg(valueOf(set[0]), valueOf(set[1]));
    case Auth::SigV4:
        return QStringLiteral("  option aws-sigv4 %1 ''\n  option user %2:%3 ''\n  option header %4 "
                              "'X-Amz-Security-Token: '\n  option cacert \"${AWS_CA_BUNDLE:-}\" ''\n")
            .arg(shellWord(QStringLiteral("aws:amz:%1:%2").arg(ask.signingRegion, ask.signingService)), valueOf(set[0]),
                 valueOf(set[1]), valueOf(set[2]));
    case Auth::XToken:
        return QStringLiteral(
            "  option header \"$os_token\" 'X-Auth-Token: '\n  option cacert \"${OS_CACERT:-}\" ''\n");
    case Auth::None:
        break;
    }
    return {};
}

/// Logs in, once for the whole script; the body has the secret where a shell puts it.
QString loginText(const QString &provider)
{
    const addresses::Provider *rules = addresses::providerOf(provider);
    const auto account = addresses::accountOf(rules->info(), credentialsOf(rules->info()));
    const auto login = account ? rules->login(*account) : std::nullopt;
    const QString mark = QStringLiteral("SECRET-OF-THE-ENVIRONMENT");
    const auto body = login ? addresses::bodyWithSecrets(*login, [&mark](const QString &) { return mark; })
                            : core::failure(core::Error::Kind::Invalid, {});
    if (!body || login->bodySecrets.empty()) {
        return QStringLiteral("fail 'This script can not log in at %1: write it anew where its variables are set. "
                              "Nothing was changed'\n")
            .arg(rules->info().title);
    }
    const QString words =
        shellWord(QString::fromUtf8(*body))
            .replace(mark,
                     QStringLiteral("'\"$(in_json \"$%1\")\"'").arg(login->bodySecrets.front().variables.front()));
    return QStringLiteral(
               "os_token=$({\n  option data-raw %1 ''\n  echo 'header = \"Content-Type: application/json\"'\n"
               "  option cacert \"${OS_CACERT:-}\" ''\n"
               "} | curl -q -K - -g -sS --noproxy '*' --max-time 15 -D - -o /dev/null -X POST %2 |\n"
               "  tr -d '\\r' | sed -n 's/^[Xx]-[Ss]ubject-[Tt]oken: *//p')\n"
               "[ -n \"$os_token\" ] || fail '%3 does not let us log in. Nothing was changed'\n")
        .arg(words, shellWord(login->url), rules->info().title);
}

QString inPattern(const QString &text)
{
    static const QRegularExpression special(QStringLiteral(R"(([][\\.*^$+?(){}|]))"));
    return QString(text).replace(special, QStringLiteral("\\\\1"));
}

} // namespace

QString providerFunctions(const Plan &plan)
{
    QString text;
    const std::vector<ProviderAsk> all = asked(plan);
    for (const ProviderAsk &ask : all) {
        text += QStringLiteral("%1() {\n%2}\n").arg(functionOf(ask.provider), whoText(ask));
    }
    return all.empty() ? QString() : QLatin1String(kErrands) + text;
}

QString providerNeeds(const Plan &plan)
{
    QString text;
    for (const ProviderAsk &ask : asked(plan)) {
        const addresses::ProviderInfo &info = addresses::providerOf(ask.provider)->info();
        for (const addresses::Credential &one : setOf(info)) {
            if (one.isNeeded) {
                text +=
                    QStringLiteral("[ -n %1 ] || fail %2\n")
                        .arg(valueOf(one), shellWord(QStringLiteral("%1 is not set, which %2 wants. Nothing was "
                                                                    "changed")
                                                         .arg(one.variables.join(QStringLiteral(" or ")), info.title)));
            }
        }
        if (info.auth == Auth::SigV4) {
            text +=
                QStringLiteral("curl -q --aws-sigv4 x -V >/dev/null 2>&1 || fail 'this curl can not sign for AWS: 7.75 "
                               "or newer is needed. Nothing was changed'\n");
        } else if (info.auth == Auth::XToken) {
            text += loginText(ask.provider);
        }
    }
    return text;
}

QStringList providerVariables(const Plan &plan)
{
    QStringList names;
    for (const ProviderAsk &ask : asked(plan)) {
        const addresses::ProviderInfo &info = addresses::providerOf(ask.provider)->info();
        for (const addresses::Credential &one : setOf(info)) {
            names += one.variables;
        }
    }
    return names;
}

QString providerRequest(const Http &http, const QString &url, int seconds)
{
    return QStringLiteral("ask_provider %1 %2 %3 %4 %5 %6")
        .arg(shellWord(http.method), url, QString::number(seconds), shellWord(http.body), shellWord(http.contentType),
             functionOf(http.ask.provider));
}

QStringList leadingPatterns(const Http &http)
{
    const Errand &errand = *http.errand;
    const QString id = inPattern(errand.targetId), inside = inPattern(errand.insideIp);
    if (http.ask.provider.startsWith(QLatin1String("digitalocean"))) {
        return {
            QStringLiteral(
                "\"droplet\"[[:space:]]*:[[:space:]]*\\{[[:space:]]*\"id\"[[:space:]]*:[[:space:]]*%1[[:space:]]*[,}]")
                .arg(id)};
    }
    if (http.ask.provider == QLatin1String("hetzner")) {
        return {QStringLiteral("\"server\"[[:space:]]*:[[:space:]]*%1[[:space:]]*[,}]").arg(id)};
    }
    if (http.ask.provider == QLatin1String("hetzner-robot")) {
        return {QStringLiteral("\"active_server_ip\"[[:space:]]*:[[:space:]]*\"%1\"").arg(id)};
    }
    QStringList all;
    if (http.ask.provider == QLatin1String("openstack")) {
        all.append(QStringLiteral("\"port_id\"[[:space:]]*:[[:space:]]*\"%1\"").arg(id));
        if (!inside.isEmpty()) {
            all.append(QStringLiteral("\"fixed_ip_address\"[[:space:]]*:[[:space:]]*\"%1\"").arg(inside));
        }
        return all;
    }
    const bool byInterface = errand.targetId == errand.interfaceId; // of a load balancer, say: it is no instance
    if (!byInterface) {
        all.append(QStringLiteral("<instanceId>%1</instanceId>").arg(id));
    }
    if (!errand.interfaceId.isEmpty()) {
        all.append(QStringLiteral("<networkInterfaceId>%1</networkInterfaceId>").arg(inPattern(errand.interfaceId)));
    }
    if (!inside.isEmpty()) {
        all.append(QStringLiteral("<privateIpAddress>%1</privateIpAddress>").arg(inside));
    }
    return all;
}

QString shownProvider(const ProviderAsk &ask)
{
    const addresses::Provider *provider = addresses::providerOf(ask.provider);
    if (!provider) {
        return {};
    }
    const addresses::CredentialSet set = provider->info().credentials.front();
    const auto variable = [&set](std::size_t at) { return QLatin1Char('$') + set[at].variables.front(); };
    switch (provider->info().auth) {
    case Auth::Bearer:
        return QStringLiteral(" -H \"Authorization: Bearer %1\"").arg(variable(0));
    case Auth::Basic:
        return QStringLiteral(" -u \"%1:%2\"").arg(variable(0), variable(1));
    case Auth::SigV4:
        return QStringLiteral(" --aws-sigv4 aws:amz:%1:%2 -u \"%3:%4\" ${%5:+-H \"X-Amz-Security-Token: $%5\"}")
            .arg(ask.signingRegion, ask.signingService, variable(0), variable(1), set[2].variables.front());
    case Auth::XToken:
        return QStringLiteral(" -H \"X-Auth-Token: $(openstack token issue -f value -c id)\"");
    case Auth::None:
        break;
    }
    return {};
}

} // namespace howdah::operations
