#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What all pages are made of. Texts are escaped here; what is called `content` is markup.
namespace stl10 {

/// How pages begin, to tell them from somebody else's files.
inline constexpr std::string_view kPageBeginning = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n";

/// A whole page that needs nothing from elsewhere, for light and dark, wide and narrow screens and
/// for paper.
std::string html_page(const std::string& title, const std::string& content);

/// Nothing where the content is empty.
std::string html_section(const std::string& title, const std::string& content);

std::string html_text(const std::string& text);
std::string html_code(const std::string& text);

/// Opened by a click.
std::string html_details(const std::string& title, const std::string& content);

/// A figure with its title below; wider than the screen, it is moved sideways.
std::string html_figure(const std::string& content, const std::string& title);

/// Figures side by side, as many as there is room for.
std::string html_grid(const std::vector<std::string>& figures);

/// Names and values, side by side.
std::string html_list(const std::vector<std::pair<std::string, std::string>>& items);

/// A path as the target of a link.
std::string html_url(std::string_view path);

/// "data:image/png;base64,…".
std::string data_url(std::string_view type, std::string_view bytes);

struct HtmlColumn {
  std::string name;
  bool is_number = false;
};

struct HtmlCell {
  std::string text = {};
  std::optional<double> share = {};  ///< of the cell that is filled behind the text
  std::string content = {};          ///< markup in place of the text
};

using HtmlRow = std::vector<HtmlCell>;

/// The first cell of each row is its head. Nothing where there are no rows.
std::string html_table(const std::vector<HtmlColumn>& columns, const std::vector<HtmlRow>& rows);

}  // namespace stl10
