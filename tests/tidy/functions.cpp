#include <cluster_store/tests/tidy/functions.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace cluster_store::tidy {

namespace {

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Walks over a text and blanks what is not code.
class blanker {
public:
  explicit blanker(std::string_view text) : text_(text) {}

  std::string run() && {
    while (at_ < text_.size())
      step();
    return std::move(text_);
  }

private:
  void step() {
    const auto rest = std::string_view{text_}.substr(at_);
    if (rest.starts_with("//"))
      blank(line_end(at_));
    else if (rest.starts_with("/*"))
      blank(after("*/", at_ + 2));
    else if (rest.starts_with("R\"") && (at_ == 0 || !is_word(text_[at_ - 1])))
      blank(after(")" + text_.substr(at_ + 2, text_.find('(', at_) - at_ - 2) + "\"", at_));
    else if (rest[0] == '"' || (rest[0] == '\'' && (at_ == 0 || !is_word(text_[at_ - 1]))))
      blank(literal_end());
    else if (rest[0] == '#' && only_spaces_before())
      blank(directive_end());
    else
      ++at_;
  }

  void blank(std::size_t end) {
    for (; at_ < end; ++at_)
      if (text_[at_] != '\n')
        text_[at_] = ' ';
  }

  std::size_t line_end(std::size_t from) const { return std::min(text_.find('\n', from), text_.size()); }

  std::size_t after(const std::string& mark, std::size_t from) const {
    const auto found = text_.find(mark, from);
    return found == std::string::npos ? text_.size() : found + mark.size();
  }

  std::size_t literal_end() const {
    auto end = at_ + 1;
    while (end < text_.size() && text_[end] != text_[at_] && text_[end] != '\n')
      end += text_[end] == '\\' ? 2 : 1;
    return std::min(end + 1, text_.size());
  }

  std::size_t directive_end() const {
    auto end = line_end(at_);
    while (end < text_.size() && text_[end - 1] == '\\')
      end = line_end(end + 1);
    return end;
  }

  bool only_spaces_before() const {
    for (auto i = at_; i > 0 && text_[i - 1] != '\n'; --i)
      if (!is_space(text_[i - 1]))
        return false;
    return true;
  }

  std::string text_;
  std::size_t at_ = 0;
};

/// @returns `head` without the parameter list of a template.
std::string_view without_template(std::string_view head) {
  if (!head.starts_with("template"))
    return head;
  const auto open = head.find('<');
  std::size_t depth = 0;
  for (auto i = open; i < head.size(); ++i) {
    depth += head[i] == '<' ? 1u : 0u;
    if (head[i] == '>' && --depth == 0) {
      head.remove_prefix(i + 1);
      while (!head.empty() && is_space(head.front()))
        head.remove_prefix(1);
      return without_template(head);
    }
  }
  return head;
}

bool is_container(std::string_view head) {
  constexpr std::array words{"namespace", "class", "struct", "union", "enum", "extern", "inline namespace"};
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return head.starts_with(word) && (head.size() == word.size() || !is_word(head[word.size()]));
  });
}

std::string name_in(std::string_view head) {
  auto end = head.find('(');
  while (end > 0 && is_space(head[end - 1]))
    --end;
  auto begin = end;
  while (begin > 0 && (is_word(head[begin - 1]) || head[begin - 1] == ':' || head[begin - 1] == '~'))
    --begin;
  return std::string{head.substr(begin, end - begin)};
}

/// Reads blanked text brace by brace.
class reader {
public:
  explicit reader(std::string_view code) : code_(code) {}

  std::vector<function_extent> run() && {
    for (; at_ < code_.size(); ++at_) {
      if (code_[at_] == '\n')
        ++line_;
      else if (code_[at_] == '{')
        open();
      else if (code_[at_] == '}')
        close();
      else if (code_[at_] == ';' && inside_ == 0)
        head_ = at_ + 1;
    }
    return std::move(functions_);
  }

private:
  void open() {
    if (inside_ > 0) {
      ++inside_;
      return;
    }
    skip_spaces();
    const auto head = without_template(code_.substr(head_, at_ - head_));
    if (is_container(head)) {
      head_ = at_ + 1;
      return;
    }
    inside_ = 1;
    is_function_ = head.find('(') != std::string_view::npos;
  }

  void close() {
    if (inside_ == 0) { // of a namespace or class
      head_ = at_ + 1;
      return;
    }
    if (--inside_ > 0)
      return;
    const auto next = code_.find_first_not_of(" \t\r\n", at_ + 1);
    const bool goes_on = next != std::string_view::npos && (code_[next] == ',' || code_[next] == '{');
    if (goes_on) // it was a member's initialiser; the head still grows
      return;
    if (is_function_) {
      const auto head = without_template(code_.substr(head_, at_ - head_));
      const auto first = 1 + std::count(code_.data(), head.data(), '\n');
      functions_.push_back(
          {name_in(head), static_cast<std::size_t>(first), line_ + 1 - static_cast<std::size_t>(first)});
    }
    head_ = at_ + 1;
  }

  void skip_spaces() {
    while (head_ < at_ && is_space(code_[head_]))
      ++head_;
    constexpr std::array<std::string_view, 3> labels{"public:", "protected:", "private:"};
    for (const auto label : labels) {
      if (code_.substr(head_).starts_with(label)) {
        head_ += label.size();
        skip_spaces();
      }
    }
  }

  std::string_view code_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t head_ = 0;   ///< Where the declaration being read begins.
  std::size_t inside_ = 0; ///< Open braces since the outermost one that is no container.
  bool is_function_ = false;
  std::vector<function_extent> functions_;
};

} // namespace

std::string blank_noise(std::string_view text) {
  return blanker{text}.run();
}

std::vector<function_extent> functions_of(std::string_view text) {
  return reader{blank_noise(text)}.run();
}

} // namespace cluster_store::tidy
