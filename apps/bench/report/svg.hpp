#pragma once

#include <string>
#include <vector>

namespace cluster_store::apps {

/// One curve of a plot.
struct svg_curve {
  struct point {
    double x; ///< Above 0.
    double y; ///< On the left axis 0 or more, on the right one above 0.
  };

  std::string name; ///< Of what it is of, for the legend and the colour: curves of one name look alike.
  std::vector<point> points;
};

/// A plot of two quantities against one: the horizontal axis and the right one are logarithmic (powers of two
/// and of ten), the left one begins at 0. Curves of the right axis are dashed.
struct svg_plot {
  std::string title;
  std::string x_label;
  std::string left_label;
  std::string right_label;
  std::vector<svg_curve> left;
  std::vector<svg_curve> right;
};

/// @returns a least number of the form 1, 2, 2.5 or 5 times a power of ten that is not below `value`; 1 for
/// 0.
/// @pre value >= 0
double round_up(double value);

/// @returns the plot as an SVG 1.1 document. Pure.
/// @pre there is a curve with a point.
std::string svg_text(const svg_plot& plot);

} // namespace cluster_store::apps
