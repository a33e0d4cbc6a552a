// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace howdah::core {

/// Text with every secret in it replaced by "********": password=…, sslpassword=…, passwd, oauth secrets and tokens in
/// key=value form (quoted or not), the password of any URI's userinfo, Bearer or Basic credentials, and what commands
/// carry: variables and options named …SECRET…, …TOKEN…, …_KEY, …-pass, the words behind sshpass -p and curl -u. In
/// doubt it masks too much. Used on all text that leaves the program: logs, errors, files, the screen. Idempotent.
QString redacted(const QString &text);

} // namespace howdah::core
