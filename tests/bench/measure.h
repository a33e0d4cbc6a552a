// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <optional>
#include <vector>

/// What the kernel says about processes and sockets: figures that no code under measurement has made itself.
namespace howdah::bench {

/// CPU time in ns of a process's living threads: the first field of /proc/PID/task/*/schedstat. Unlike /proc/PID/stat
/// it is not counted in ticks of 10 ms. 0 when the process is gone.
qint64 cpuNs(qint64 pid);
/// CPU time in ms of the children that a process has waited for (cutime and cstime), to 10 ms.
qint64 reapedCpuMs(qint64 pid);
/// A line of /proc/PID/status in kB, e.g. "VmHWM"; -1 without it. pid 0 is this process.
qint64 statusKb(qint64 pid, const QByteArray &field);

/// Counters of one end of a TCP connection, from `ss -ti`.
struct SocketCounters {
    qint64 segmentsIn = 0; ///< with data
    qint64 segmentsOut = 0;
    qint64 bytesIn = 0;
    qint64 bytesOut = 0;
};
/// Of the end at localPort whose other end is at remotePort.
std::optional<SocketCounters> socketCounters(int localPort, int remotePort);

/// Numbers, and what is said of them.
class Samples {
public:
    void add(double value) { m_values.push_back(value); }
    std::size_t count() const { return m_values.size(); }
    double percentile(double percent) const; ///< 50: the median; 0 without samples
    double median() const { return percentile(50); }
    double mean() const;
    double max() const { return percentile(100); }

private:
    std::vector<double> m_values;
};

} // namespace howdah::bench
