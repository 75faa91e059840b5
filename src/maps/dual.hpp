#pragma once

#include <cmath>

namespace glimpse {

/// A number that moves with a parameter: a + b ε with ε² = 0, so that every formula yields its derivative as
/// well (Clifford 1873, "Preliminary Sketch of Biquaternions"). Where a function bends, the derivative is
/// that of the branch which its value takes.
struct Dual {
    double value = 0;
    double slope = 0;  ///< its derivative

    Dual() = default;
    Dual(double number) : value(number) {}  // NOLINT(google-explicit-constructor): a constant
    Dual(double number, double derivative) : value(number), slope(derivative) {}

    friend Dual operator+(const Dual& a, const Dual& b) { return {a.value + b.value, a.slope + b.slope}; }
    friend Dual operator-(const Dual& a, const Dual& b) { return {a.value - b.value, a.slope - b.slope}; }
    friend Dual operator-(const Dual& a) { return {-a.value, -a.slope}; }
    friend Dual operator*(const Dual& a, const Dual& b) {
        return {a.value * b.value, a.slope * b.value + a.value * b.slope};
    }
    friend Dual operator/(const Dual& a, const Dual& b) {
        const double ratio = a.value / b.value;
        return {ratio, (a.slope - ratio * b.slope) / b.value};
    }
    Dual& operator+=(const Dual& other) { return *this = *this + other; }
    friend bool operator<(const Dual& a, const Dual& b) { return a.value < b.value; }
    friend bool operator==(const Dual& a, const Dual& b) { return a.value == b.value; }
};

inline Dual abs(const Dual& a) {
    return a.value < 0 ? -a : a;
}

inline Dual sqrt(const Dual& a) {
    const double root = std::sqrt(a.value);
    return {root, root > 0 ? a.slope / (2 * root) : 0};
}

inline Dual exp(const Dual& a) {
    const double power = std::exp(a.value);
    return {power, power * a.slope};
}

inline Dual hypot(const Dual& a, const Dual& b) {
    const double length = std::hypot(a.value, b.value);
    return {length, length > 0 ? (a.value * a.slope + b.value * b.slope) / length : 0};
}

/// A number that does not move.
inline double value_of(double number) {
    return number;
}
inline double value_of(const Dual& number) {
    return number.value;
}

}  // namespace glimpse
