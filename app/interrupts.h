// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <memory>

namespace howdah::app {

/// Ctrl-C, a closed terminal and a polite kill as wishes that are read in the main thread, instead of an end that
/// leaves a cluster half-way.
class Interrupts : public QObject {
    Q_OBJECT
public:
    /// Before any other thread is there, which would get the signals otherwise.
    static void hold();

    /// After hold().
    explicit Interrupts(QObject *parent = nullptr);
    ~Interrupts() override;
    Q_DISABLE_COPY_MOVE(Interrupts)

Q_SIGNALS:
    void arrived(int signal);

private:
    int m_fd = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace howdah::app
