// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "operations/patroni/request.h"

namespace howdah::shell {

/// What stands above the plan of something that Patroni is asked for: what will happen in a sentence, and what a person
/// says to it. It has the words of its dialog, too.
class PatroniForm : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;

    virtual QString title() const = 0;        ///< of the window
    virtual QString runText() const = 0;      ///< names the act
    virtual QString doneSentence() const = 0; ///< when it is done and proved
    virtual QString leaveText() const { return tr("Cancel"); }
    virtual QString readySentence() const { return {}; }
    /// As big as the window wants to be.
    virtual QSize wantedSize() const = 0;

    /// The plan of what is asked for, as it stands there now.
    virtual operations::Plan plan(const operations::patroni::PatroniFacts &facts, const QString &cluster) const = 0;
    /// What is to be filled in before there is anything to check; and what before it may run. Empty: nothing.
    virtual QString whyNoPlan() const { return {}; }
    virtual QString whyNotYet() const { return {}; }
    /// What Patroni says now.
    virtual void setFacts(const operations::patroni::PatroniFacts &facts) { Q_UNUSED(facts); }

Q_SIGNALS:
    void changed(); ///< its plan is another, or what is missing
};

/// A text for a button or menu, in which & is only a letter.
inline QString withoutMnemonic(QString text)
{
    return text.replace(QLatin1Char('&'), QLatin1String("&&"));
}

} // namespace howdah::shell
