// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/tokens.h"

#include <cmath>

namespace howdah::theme {

namespace {

QColor rgb(QRgb value)
{
    return QColor(value);
}

double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor &color)
{
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

} // namespace

// The order is that of Token.
const Tokens &lightTokens()
{
    static const Tokens tokens = {
        {{
            rgb(0xF2F4F7), // Window
            rgb(0xF8F9FB), // Canvas
            rgb(0xFFFFFF), // Surface
            rgb(0xFFFFFF), // Raised
            rgb(0xE9ECF1), // Trough
            rgb(0xEDF0F4), // Hover
            rgb(0xE3E7EC), // Hairline
            rgb(0xEFF1F4), // RowLine
            rgb(0xC5CCD6), // Border
            rgb(0x858F9E), // ControlBorder
            rgb(0x171C26), // Text1
            rgb(0x465062), // Text2
            rgb(0x616B7B), // Text3
            rgb(0x9BA4B1), // Disabled
            rgb(0xDBE7FA), // Selection
            rgb(0xE6E9EE), // SelectionInactive
            rgb(0x1B5FCC), // Focus
            rgb(0x1B5FCC), // Accent
            rgb(0x1B5FCC), // FilledButton
            rgb(0xFFFFFF), // OnFilled
            rgb(0x1B5FCC), // Link
            rgb(0x123C8C), // Primary
            rgb(0xFFFFFF), // OnPrimary
            rgb(0x1F66CF), // Standby
            rgb(0x3D86D9), // Cascading
            rgb(0x2A6CB8), // CascadingText
            rgb(0x5A6FA8), // Witness
            rgb(0xE8F0FC), // RoleTint
            rgb(0x17753F), // Ok
            rgb(0xE6F4EC), // OkTint
            rgb(0x8A5300), // Warning
            rgb(0xC27400), // WarningMark
            rgb(0xFCF1DB), // WarningTint
            rgb(0xE4BE7C), // WarningLine
            rgb(0xB91C28), // Critical
            rgb(0xFBE7E7), // CriticalTint
            rgb(0xE5A5A9), // CriticalLine
            rgb(0x5E6877), // Unknown
            rgb(0xECEFF3), // UnknownTint
            rgb(0xE9ECF0), // Grid
            rgb(0xAEB6C2), // Axis
            rgb(0x8D96A3), // Frame
        }},
        {{rgb(0x355195), rgb(0x82295F), rgb(0x39A088), rgb(0xC27C1E), rgb(0x9A7CD8), rgb(0x424A00), rgb(0x995F2D),
          rgb(0x617280)}},
        {{rgb(0x4F2F86), rgb(0x8763B8), rgb(0xB79ADA), rgb(0xDCCBEE)}},
    };
    return tokens;
}

const Tokens &darkTokens()
{
    static const Tokens tokens = {
        {{
            rgb(0x15181E), // Window
            rgb(0x181C22), // Canvas
            rgb(0x1B1F26), // Surface
            rgb(0x222730), // Raised
            rgb(0x2A303A), // Trough
            rgb(0x252A33), // Hover
            rgb(0x2A303A), // Hairline
            rgb(0x232831), // RowLine
            rgb(0x3B4350), // Border
            rgb(0x6E7888), // ControlBorder
            rgb(0xE4E8EE), // Text1
            rgb(0xAEB7C4), // Text2
            rgb(0x8E98A8), // Text3
            rgb(0x5A6472), // Disabled
            rgb(0x22406F), // Selection
            rgb(0x2B323D), // SelectionInactive
            rgb(0x6FA8FF), // Focus
            rgb(0x6FA8FF), // Accent
            rgb(0x2F6CD0), // FilledButton
            rgb(0xFFFFFF), // OnFilled
            rgb(0x82B4FF), // Link
            rgb(0xA9CBFF), // Primary
            rgb(0x15181E), // OnPrimary
            rgb(0x6FA8FF), // Standby
            rgb(0x5B93DC), // Cascading
            rgb(0x7BAAE6), // CascadingText
            rgb(0x93A3D1), // Witness
            rgb(0x1F2C42), // RoleTint
            rgb(0x4CBF86), // Ok
            rgb(0x1A3328), // OkTint
            rgb(0xE3A83B), // Warning
            rgb(0xE3A83B), // WarningMark
            rgb(0x352B17), // WarningTint
            rgb(0x6E5626), // WarningLine
            rgb(0xFF7F7A), // Critical
            rgb(0x41211F), // CriticalTint
            rgb(0x7A3B38), // CriticalLine
            rgb(0x9AA4B2), // Unknown
            rgb(0x2A303A), // UnknownTint
            rgb(0x262C35), // Grid
            rgb(0x4A5361), // Axis
            rgb(0x4A5361), // Frame
        }},
        {{rgb(0x67ADF5), rgb(0xB95A8A), rgb(0x8CDECF), rgb(0xF8C55C), rgb(0x747CD6), rgb(0x7B790A), rgb(0xCA9256),
          rgb(0x9CA2A9)}},
        {{rgb(0xD2C0F5), rgb(0x9D83CF), rgb(0x6F58A0), rgb(0x4B3A6B)}},
    };
    return tokens;
}

double contrastRatio(const QColor &one, const QColor &other)
{
    const double a = luminance(one);
    const double b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

} // namespace howdah::theme
