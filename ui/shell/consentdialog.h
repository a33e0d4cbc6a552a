// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "toolfiles/standing.h"

class QLineEdit;

namespace howdah::widgets {
class Label;
}

namespace howdah::shell {

/// Asks before a tool's own files are read: which, what would be taken from which context, the least rights, and where
/// it would be kept. It reads nothing; accepted() means yes.
class ConsentDialog : public QDialog {
    Q_OBJECT

public:
    ConsentDialog(const toolfiles::Offer &offer, const QString &rights, bool inKeyring, QWidget *parent = nullptr);

    /// As the user wants it; empty: the one that the tool uses.
    QString context() const;

private:
    void showConsent(const QString &context);

    toolfiles::Offer m_offer;
    QString m_rights;
    bool m_inKeyring;
    widgets::Label *m_text;
    QLineEdit *m_context;
};

} // namespace howdah::shell
