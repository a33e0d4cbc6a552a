// SPDX-License-Identifier: GPL-3.0-or-later
// The one user of yaml-cpp: its exceptions stop here.
#include "toolfiles/yaml.h"

#include <QJsonArray>
#include <yaml-cpp/yaml.h>

namespace howdah::toolfiles {

using core::Error;

namespace {

constexpr int kDeepest = 20;
constexpr int kMostNodes = 20'000; // an alias of an alias of … would be billions

/// Counts down what may still be taken over.
class Reader {
public:
    QJsonValue value(const YAML::Node &node, int depth)
    {
        if (depth > kDeepest || --m_left < 0) {
            m_isTooMuch = true;
            return {};
        }
        if (node.IsScalar()) {
            return QString::fromStdString(node.Scalar());
        }
        if (node.IsSequence()) {
            QJsonArray array;
            for (const YAML::Node &one : node) {
                if (!m_isTooMuch) {
                    array.append(value(one, depth + 1));
                }
            }
            return array;
        }
        return node.IsMap() ? map(node, depth) : QJsonValue();
    }
    bool isTooMuch() const { return m_isTooMuch; }

private:
    QJsonValue map(const YAML::Node &node, int depth)
    {
        QJsonObject object;
        QJsonObject merged;
        for (const auto &entry : node) {
            if (m_isTooMuch || !entry.first.IsScalar()) {
                continue;
            }
            const QString key = QString::fromStdString(entry.first.Scalar());
            const QJsonValue one = value(entry.second, depth + 1);
            if (key == QLatin1String("<<") && one.isObject()) {
                merged = one.toObject();
            } else {
                object.insert(key, one);
            }
        }
        for (auto entry = merged.constBegin(); entry != merged.constEnd(); ++entry) {
            if (!object.contains(entry.key())) {
                object.insert(entry.key(), entry.value());
            }
        }
        return object;
    }

    int m_left = kMostNodes;
    bool m_isTooMuch = false;
};

} // namespace

core::Result<QJsonObject> yamlMap(const QByteArray &text)
{
    try {
        const YAML::Node root = YAML::Load(text.toStdString());
        if (root.IsNull()) {
            return QJsonObject();
        }
        Reader reader;
        const QJsonValue value = reader.value(root, 0);
        if (reader.isTooMuch()) {
            return core::failure(Error::Kind::Invalid, QStringLiteral("it nests or repeats itself too much"));
        }
        if (!value.isObject()) {
            return core::failure(Error::Kind::Invalid, QStringLiteral("it is no map of YAML"));
        }
        return value.toObject();
    } catch (const YAML::Exception &error) { // its message may quote the text
        return core::failure(Error::Kind::Invalid,
                             QStringLiteral("it is no YAML, at line %1").arg(error.mark.line + 1));
    } catch (const std::exception &) {
        return core::failure(Error::Kind::Invalid, QStringLiteral("it is no YAML"));
    }
}

} // namespace howdah::toolfiles
