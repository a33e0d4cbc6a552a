// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include "theme/theme.h"

// At global scope: the macro declares a function there. A static library's resources are dropped by the linker without.
static void initIconResource()
{
    Q_INIT_RESOURCE(howdah_icons);
}

namespace howdah::theme {

namespace {

QString pathOf(const QString &name)
{
    static const bool initialised = (initIconResource(), true);
    Q_UNUSED(initialised)
    return QStringLiteral(":/howdah/icons/%1.svg").arg(name);
}

QPixmap rendered(const QString &name, int size, qreal ratio)
{
    const int pixels = std::max(1, qRound(size * ratio));
    QPixmap pixmap(pixels, pixels);
    pixmap.fill(Qt::transparent);
    QSvgRenderer renderer(pathOf(name));
    QPainter painter(&pixmap);
    renderer.render(&painter);
    painter.end();
    pixmap.setDevicePixelRatio(ratio);
    return pixmap;
}

class MaskEngine : public QIconEngine {
public:
    MaskEngine(QString name, Token token)
        : m_name(std::move(name))
        , m_token(token)
    {
    }

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        paintIcon(painter, rect, m_name, colorFor(mode));
    }

    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        return scaledPixmap(size, mode, state, 1);
    }

    QPixmap scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State, qreal) override
    {
        // QIcon asks in device pixels and sets the ratio itself.
        return iconPixmap(m_name, colorFor(mode), std::min(size.width(), size.height()), 1);
    }

    QIconEngine *clone() const override { return new MaskEngine(m_name, m_token); }

private:
    QColor colorFor(QIcon::Mode mode) const { return color(mode == QIcon::Disabled ? Token::Disabled : m_token); }

    QString m_name;
    Token m_token;
};

} // namespace

QIcon icon(const QString &name, Token token)
{
    return QIcon(new MaskEngine(name, token));
}

QIcon appIcon()
{
    QIcon result;
    for (const int size : {16, 24, 32, 48, 64, 128, 256}) {
        result.addPixmap(rendered(QStringLiteral("howdah"), size, 1));
    }
    return result;
}

QPixmap iconPixmap(const QString &name, const QColor &color, int size, qreal devicePixelRatio)
{
    const QString key =
        QStringLiteral("howdah/%1/%2/%3/%4").arg(name, color.name(QColor::HexArgb)).arg(size).arg(devicePixelRatio);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap)) {
        return pixmap;
    }
    pixmap = rendered(name, size, devicePixelRatio);
    // QtSvg paints currentColor black: what it painted is the mask, the colour is ours.
    QPainter painter(&pixmap);
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(QRect(QPoint(), pixmap.size()), color);
    painter.end();
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

void paintIcon(QPainter *painter, const QRectF &rect, const QString &name, const QColor &color)
{
    // A scaled scene needs more pixels than the device's ratio says.
    const QTransform &transform = painter->transform();
    const qreal zoom = std::hypot(transform.m11(), transform.m12());
    const qreal ratio = painter->device()->devicePixelRatioF() * std::clamp(zoom, 0.25, 8.0);
    const int size = qFloor(std::min(rect.width(), rect.height()));
    const QPixmap pixmap = iconPixmap(name, color, size, ratio);
    const QPointF topLeft(rect.x() + qFloor((rect.width() - size) / 2), rect.y() + qFloor((rect.height() - size) / 2));
    painter->drawPixmap(QRectF(topLeft, QSizeF(size, size)), pixmap, QRectF(pixmap.rect()));
}

bool hasIcon(const QString &name)
{
    return QFile::exists(pathOf(name));
}

} // namespace howdah::theme
