#include <cluster_store/apps/bench/report/svg.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string_view>

namespace cluster_store::apps {

namespace {

constexpr double width = 900;
constexpr double height = 520;
constexpr double left_edge = 90;
constexpr double right_edge = 810;
constexpr double top_edge = 60;
constexpr double bottom_edge = 420;
constexpr int left_steps = 5;
constexpr std::array colours{"#1f5fbf", "#d1621f", "#2c8c4a"};

std::string with_decimals(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

/// @returns a number for a label: 250000 as 250k.
std::string short_number(double value) {
  const bool millions = value >= 1e6;
  const bool thousands = value >= 1e3;
  auto text = with_decimals(value / (millions ? 1e6 : thousands ? 1e3 : 1), 2);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.'))
    text.pop_back();
  return text + (millions ? "M" : thousands ? "k" : "");
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    switch (letter) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += letter;
    }
  }
  return out;
}

/// Least and greatest value on an axis.
struct extent {
  double least = std::numeric_limits<double>::max();
  double greatest = std::numeric_limits<double>::lowest();

  void take(double value) {
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
};

/// Draws one plot.
class drawing {
public:
  explicit drawing(const svg_plot& plot) : plot_(plot) {
    extent left;
    extent right;
    for (const auto& curve : plot.left)
      for (const auto& [x, y] : curve.points) {
        x_.take(std::log2(x));
        left.take(y);
      }
    for (const auto& curve : plot.right)
      for (const auto& [x, y] : curve.points) {
        x_.take(std::log2(x));
        right.take(std::log10(y));
      }
    x_ = {std::floor(x_.least), std::max(std::ceil(x_.greatest), std::floor(x_.least) + 1)};
    left_max_ = round_up(std::max(left.greatest, 0.0));
    if (right.least <= right.greatest)
      right_ = {std::floor(right.least), std::max(std::ceil(right.greatest), std::floor(right.least) + 1)};
  }

  std::string run() && {
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + with_decimals(width, 0) + "\" height=\""
           + with_decimals(height, 0) + "\" viewBox=\"0 0 " + with_decimals(width, 0) + ' '
           + with_decimals(height, 0) + "\" font-family=\"sans-serif\" font-size=\"12\">\n"
           + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
    text(width / 2, 28, "middle", plot_.title);
    draw_axes();
    for (const auto& curve : plot_.left)
      draw(curve, false);
    for (const auto& curve : plot_.right)
      draw(curve, true);
    draw_legend();
    return out_ + "</svg>\n";
  }

private:
  double x_of(double x) const {
    return left_edge + (std::log2(x) - x_.least) / (x_.greatest - x_.least) * (right_edge - left_edge);
  }
  double left_of(double y) const { return bottom_edge - y / left_max_ * (bottom_edge - top_edge); }
  double right_of(double y) const {
    return bottom_edge
           - (std::log10(y) - right_.least) / (right_.greatest - right_.least) * (bottom_edge - top_edge);
  }

  void text(double x, double y, std::string_view anchor, std::string_view what) {
    out_ += "<text x=\"" + with_decimals(x, 1) + "\" y=\"" + with_decimals(y, 1) + "\" text-anchor=\""
            + std::string{anchor} + "\">" + escaped(what) + "</text>\n";
  }

  void line(double x1, double y1, double x2, double y2, std::string_view style) {
    out_ += "<line x1=\"" + with_decimals(x1, 1) + "\" y1=\"" + with_decimals(y1, 1) + "\" x2=\""
            + with_decimals(x2, 1) + "\" y2=\"" + with_decimals(y2, 1) + "\" " + std::string{style} + "/>\n";
  }

  void draw_axes() {
    constexpr std::string_view axis = "stroke=\"#444\"";
    constexpr std::string_view grid = "stroke=\"#ddd\"";
    for (auto power = x_.least; power <= x_.greatest; ++power) {
      const auto x = x_of(std::exp2(power));
      line(x, top_edge, x, bottom_edge, grid);
      text(x, bottom_edge + 18, "middle", with_decimals(std::exp2(power), 0));
    }
    for (int step = 0; step <= left_steps; ++step) {
      const auto value = left_max_ * step / left_steps;
      line(left_edge, left_of(value), right_edge, left_of(value), grid);
      text(left_edge - 8, left_of(value) + 4, "end", short_number(value));
    }
    if (!plot_.right.empty())
      for (auto power = right_.least; power <= right_.greatest; ++power)
        text(right_edge + 8, right_of(std::pow(10, power)) + 4, "start", short_number(std::pow(10, power)));
    line(left_edge, bottom_edge, right_edge, bottom_edge, axis);
    line(left_edge, top_edge, left_edge, bottom_edge, axis);
    line(right_edge, top_edge, right_edge, bottom_edge, axis);
    text((left_edge + right_edge) / 2, bottom_edge + 40, "middle", plot_.x_label);
    text(left_edge, top_edge - 12, "middle", plot_.left_label);
    text(right_edge, top_edge - 12, "middle", plot_.right_label);
  }

  /// @returns the colour of a name, the same on both axes.
  std::string_view colour_of(const std::string& name) {
    auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end())
      found = names_.insert(names_.end(), name);
    return colours[static_cast<std::size_t>(found - names_.begin()) % colours.size()];
  }

  std::string style_of(const std::string& name, bool right) {
    return "fill=\"none\" stroke=\"" + std::string{colour_of(name)} + "\" stroke-width=\"2\""
           + (right ? " stroke-dasharray=\"6 4\"" : "");
  }

  void draw(const svg_curve& curve, bool right) {
    out_ += "<polyline " + style_of(curve.name, right) + " points=\"";
    for (const auto& [x, y] : curve.points)
      out_ += with_decimals(x_of(x), 1) + ',' + with_decimals(right ? right_of(y) : left_of(y), 1) + ' ';
    if (!curve.points.empty())
      out_.pop_back();
    out_ += "\"/>\n";
  }

  void draw_legend() {
    constexpr double column = 360;
    double y = bottom_edge + 64;
    for (const bool right : {false, true}) {
      double x = left_edge;
      for (const auto& curve : right ? plot_.right : plot_.left) {
        line(x, y - 4, x + 30, y - 4, style_of(curve.name, right));
        text(x + 38, y, "start", curve.name + ", " + (right ? plot_.right_label : plot_.left_label));
        x += column;
      }
      y += 20;
    }
  }

  const svg_plot& plot_;
  extent x_;
  extent right_{0, 1}; ///< Powers of ten.
  double left_max_ = 1;
  std::vector<std::string> names_;
  std::string out_;
};

} // namespace

double round_up(double value) {
  if (value <= 0)
    return 1;
  const auto power = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 2.5, 5.0})
    if (value <= step * power)
      return step * power;
  return 10 * power;
}

std::string svg_text(const svg_plot& plot) {
  return drawing{plot}.run();
}

} // namespace cluster_store::apps
