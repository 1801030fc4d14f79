#include "stl10/report/html.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "stl10/base/base64.h"
#include "stl10/report/text.h"

namespace stl10 {
namespace {

constexpr char kPageStyle[] = R"(
:root{color-scheme:light dark;--back:#fff;--text:#24292f;--soft:#57606a;--line:#d0d7de;
--card:#f6f8fa;--bar:#cfe3f1;--accent:#0072b2;--alarm:#fff1e5;--alarm-line:#d55e00}
@media(prefers-color-scheme:dark){:root{--back:#0d1117;--text:#e6edf3;--soft:#9198a1;
--line:#30363d;--card:#161b22;--bar:#123a54;--accent:#56b4e9;--alarm:#2d1c0b}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1240px;padding:1.5rem 1rem 4rem;background:var(--back);
color:var(--text);font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
a{color:var(--accent)}
h1{margin:0;font-size:1.7rem}
h2{margin:2.5rem 0 .8rem;padding-bottom:.3rem;border-bottom:1px solid var(--line);
font-size:1.25rem}
h3{margin:1.4rem 0 .4rem;font-size:1rem}
p{margin:.5rem 0;max-width:52rem}
.soft,figcaption{color:var(--soft)}
pre{margin:.5rem 0;padding:.7rem .9rem;border-radius:6px;background:var(--card);
overflow-x:auto;font:13px/1.45 ui-monospace,monospace}
pre.wrap{white-space:pre-wrap}
.cards{display:flex;flex-wrap:wrap;gap:.7rem;margin:1.2rem 0}
.card{padding:.6rem .9rem;border:1px solid var(--line);border-radius:8px;background:var(--card)}
.card b{display:block;font-size:1.35rem;line-height:1.3}
.alarm{margin:.6rem 0;padding:.6rem .9rem;border-left:4px solid var(--alarm-line);
background:var(--alarm)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;margin:.4rem 0;font-variant-numeric:tabular-nums;
overflow-wrap:normal}
th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:left;
vertical-align:top}
th{font-weight:500}
thead th{color:var(--soft);vertical-align:bottom}
tbody th,td.wide{overflow-wrap:break-word;min-width:5rem}
.n{text-align:right;white-space:nowrap}
td.share{background:linear-gradient(to right,var(--bar) var(--share),transparent var(--share))}
.heat th,.heat td{padding:.2rem .35rem;border:1px solid var(--back);text-align:center}
.heat tbody th{text-align:right;max-width:12rem}
.heat td{min-width:2.6rem;color:var(--text)}
.heat td.strong{color:#fff}
.figures{display:grid;gap:1rem;justify-content:start;
grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),392px))}
dl{display:grid;gap:.4rem 1.5rem;margin:.6rem 0;
grid-template-columns:repeat(auto-fit,minmax(min(100%,165px),1fr))}
dt{color:var(--soft);font-size:.85rem}
dd{margin:0}
figure{margin:0;min-width:0}
figcaption{font-size:.85rem;line-height:1.35}
svg{max-width:100%;height:auto}
.pictures{display:flex;flex-wrap:wrap;gap:.6rem;margin:.6rem 0 1rem}
.pictures figure{width:96px}
.pictures img{display:block;width:96px;height:96px}
@media(min-width:900px){img.charts{max-width:100%}}
.pictures .first{margin-right:.6rem}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:.4rem 0;padding:0;list-style:none}
.legend svg{vertical-align:-2px}
details{margin:.6rem 0}
summary{cursor:pointer}
@media print{body{max-width:none;padding:0;print-color-adjust:exact}section,figure,tr{break-inside:avoid}
pre{white-space:pre-wrap}}
)";

std::string head_cell(const std::string& tag, const HtmlColumn& column, const std::string& scope) {
  return "<" + tag + " scope=\"" + scope + "\"" + (column.is_number ? " class=\"n\"" : "") + ">";
}

std::string cell_of(const HtmlCell& cell, const HtmlColumn& column, bool is_first) {
  const std::string content = cell.content.empty() ? escaped(cell.text) : cell.content;
  if (is_first) return head_cell("th", column, "row") + content + "</th>";
  std::string classes = column.is_number ? "n" : "wide", style;
  if (cell.share) {
    classes += " share";
    style = " style=\"--share:" + fixed(100 * std::clamp(*cell.share, 0.0, 1.0), 1) + "%\"";
  }
  return "<td class=\"" + classes + "\"" + style + ">" + content + "</td>";
}

}  // namespace

std::string html_page(const std::string& title, const std::string& content) {
  return std::string(kPageBeginning) +
         "<meta charset=\"utf-8\">\n"
         // Nothing is fetched and nothing runs, whatever a name may hold.
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src "
         "data:; "
         "style-src 'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<title>" +
         escaped(title) + "</title>\n<style>" + kPageStyle + "</style>\n</head>\n<body>\n" +
         content + "</body>\n</html>\n";
}

std::string html_section(const std::string& title, const std::string& content) {
  if (content.empty()) return "";
  return "<section>\n<h2>" + escaped(title) + "</h2>\n" + content + "</section>\n";
}

std::string html_text(const std::string& text) { return "<p>" + escaped(text) + "</p>\n"; }

std::string html_code(const std::string& text) {
  return "<pre class=\"wrap\">" + escaped(text) + "</pre>\n";
}

std::string html_details(const std::string& title, const std::string& content) {
  return "<details>\n<summary>" + escaped(title) + "</summary>\n" + content + "</details>\n";
}

std::string html_figure(const std::string& content, const std::string& title) {
  return "<figure>\n<div class=\"scroll\">" + content + "</div>\n" +
         (title.empty() ? "" : "<figcaption>" + escaped(title) + "</figcaption>\n") + "</figure>\n";
}

std::string html_grid(const std::vector<std::string>& figures) {
  if (figures.empty()) return "";
  std::string content;
  for (const std::string& figure : figures) content += figure;
  return "<div class=\"figures\">\n" + content + "</div>\n";
}

std::string html_list(const std::vector<std::pair<std::string, std::string>>& items) {
  if (items.empty()) return "";
  std::string list = "<dl>\n";
  for (const auto& [name, value] : items) {
    list += "<div><dt>" + escaped(name) + "</dt><dd>" + escaped(value) + "</dd></div>\n";
  }
  return list + "</dl>\n";
}

std::string html_url(std::string_view path) {
  std::string url;
  for (const char byte : path) {
    const auto code = static_cast<unsigned char>(byte);
    const bool plain = code < 0x80 && (std::isalnum(code) != 0 || byte == '/' || byte == '-' ||
                                       byte == '_' || byte == '.' || byte == '~');
    char coded[4];
    std::snprintf(coded, sizeof coded, "%%%02X", code);
    url += plain ? std::string(1, byte) : coded;
  }
  return url;
}

std::string data_url(std::string_view type, std::string_view bytes) {
  return "data:" + std::string(type) + ";base64," + base64(bytes);
}

std::string html_table(const std::vector<HtmlColumn>& columns, const std::vector<HtmlRow>& rows) {
  if (rows.empty()) return "";
  std::string table = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (const HtmlColumn& column : columns) {
    table += head_cell("th", column, "col") + escaped(column.name) + "</th>";
  }
  table += "</tr></thead>\n<tbody>\n";
  for (const HtmlRow& row : rows) {
    table += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) table += cell_of(row[i], columns[i], i == 0);
    table += "</tr>\n";
  }
  return table + "</tbody>\n</table></div>\n";
}

}  // namespace stl10
