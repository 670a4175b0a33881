#include "json.h"

#include <cstdint>
#include <cstdlib>

#include "text.h"

namespace baton {
namespace {

// Deeper than this it is nobody's to read; and shown indented it would cost its square.
constexpr int kMaxDepth = 64;
// Of settings, which are not shown.
constexpr int kMaxDepthOfSettings = 512;

// Walks over one text. Every Skip… returns false at the first byte that is not JSON.
class Scanner {
 public:
  explicit Scanner(std::string_view text, int max_depth = kMaxDepthOfSettings)
      : text_(text), max_depth_(max_depth) {}

  size_t at() const { return at_; }
  bool AtEnd() const { return at_ == text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  void SkipSpace() {
    while (!AtEnd() && (Peek() == ' ' || Peek() == '\t' || Peek() == '\n' || Peek() == '\r')) at_++;
  }
  bool Skip(char c) {
    if (Peek() != c || AtEnd()) return false;
    at_++;
    return true;
  }

  bool SkipValue(int depth) {
    switch (Peek()) {
      case '{':
        return SkipMembers(depth, '{', '}');
      case '[':
        return SkipMembers(depth, '[', ']');
      case '"':
        return SkipString(nullptr);
      case 't':
        return SkipWord("true");
      case 'f':
        return SkipWord("false");
      case 'n':
        return SkipWord("null");
      default:
        return SkipNumber();
    }
  }

  // Skips a string and, if `decoded` is given, appends what it means to it.
  bool SkipString(std::string* decoded) {
    if (!Skip('"')) return false;
    for (;;) {
      if (AtEnd() || static_cast<uint8_t>(Peek()) < 0x20) return false;
      const char c = text_[at_++];
      if (c == '"') return true;
      if (c != '\\') {
        if (decoded != nullptr) *decoded += c;
      } else if (!SkipEscape(decoded)) {
        return false;
      }
    }
  }

 private:
  bool SkipMembers(int depth, char open, char close) {
    if (depth >= max_depth_) return false;
    Skip(open);
    SkipSpace();
    if (Skip(close)) return true;
    for (;;) {
      SkipSpace();
      if (open == '{') {
        if (!SkipString(nullptr)) return false;
        SkipSpace();
        if (!Skip(':')) return false;
        SkipSpace();
      }
      if (!SkipValue(depth + 1)) return false;
      SkipSpace();
      if (Skip(close)) return true;
      if (!Skip(',')) return false;
    }
  }

  bool SkipWord(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool SkipDigits() {
    const size_t start = at_;
    while (Peek() >= '0' && Peek() <= '9') at_++;
    return at_ > start;
  }

  bool SkipNumber() {
    Skip('-');
    if (!Skip('0') && !SkipDigits()) return false;
    if (Skip('.') && !SkipDigits()) return false;
    if (Skip('e') || Skip('E')) {
      if (!Skip('+')) Skip('-');
      return SkipDigits();
    }
    return true;
  }

  bool SkipHex(uint32_t* unit) {
    *unit = 0;
    for (int i = 0; i < 4; i++) {
      const char c = Peek();
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return false;
      *unit = *unit * 16 + static_cast<uint32_t>(digit);
      at_++;
    }
    return true;
  }

  bool SkipEscape(std::string* decoded) {
    if (AtEnd()) return false;
    const char c = text_[at_++];
    if (c == 'u') return SkipUnicode(decoded);
    static const std::string_view kNames = "\"\\/bfnrt";
    const size_t index = kNames.find(c);
    if (index == std::string_view::npos) return false;
    if (decoded != nullptr) *decoded += "\"\\/\b\f\n\r\t"[index];
    return true;
  }

  // Lone surrogates are refused: they have no UTF-8.
  bool SkipUnicode(std::string* decoded) {
    uint32_t code = 0;
    if (!SkipHex(&code) || (code >= 0xdc00 && code <= 0xdfff)) return false;
    if (code >= 0xd800 && code <= 0xdbff) {
      uint32_t low = 0;
      if (!Skip('\\') || !Skip('u') || !SkipHex(&low) || low < 0xdc00 || low > 0xdfff) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (decoded != nullptr) AppendUtf8(code, decoded);
    return true;
  }

  static void AppendUtf8(uint32_t code, std::string* out) {
    const auto tail = [&](int shift) {
      *out += static_cast<char>(0x80 | ((code >> shift) & 0x3f));
    };
    if (code < 0x80) {
      *out += static_cast<char>(code);
    } else if (code < 0x800) {
      *out += static_cast<char>(0xc0 | (code >> 6));
      tail(0);
    } else if (code < 0x10000) {
      *out += static_cast<char>(0xe0 | (code >> 12));
      tail(6);
      tail(0);
    } else {
      *out += static_cast<char>(0xf0 | (code >> 18));
      tail(12);
      tail(6);
      tail(0);
    }
  }

  const std::string_view text_;
  const int max_depth_;
  size_t at_ = 0;
};

bool IsJsonStarting(std::string_view text, bool object) {
  if (!IsUtf8(text)) return false;
  Scanner scanner(text, kMaxDepth);
  scanner.SkipSpace();
  if (object && scanner.Peek() != '{') return false;
  if (!scanner.SkipValue(0)) return false;
  scanner.SkipSpace();
  return scanner.AtEnd();
}

// Takes the first segment off `*pointer`, with ~1 and ~0 decoded. False if it is malformed.
bool NextSegment(std::string_view* pointer, std::string* segment) {
  if (pointer->front() != '/') return false;
  const size_t end = pointer->find('/', 1);
  segment->clear();
  const std::string_view raw = pointer->substr(1, end == std::string_view::npos ? end : end - 1);
  for (size_t i = 0; i < raw.size(); i++) {
    if (raw[i] != '~') {
      *segment += raw[i];
    } else if (++i < raw.size() && (raw[i] == '0' || raw[i] == '1')) {
      *segment += raw[i] == '0' ? '~' : '/';
    } else {
      return false;
    }
  }
  *pointer = end == std::string_view::npos ? std::string_view() : pointer->substr(end);
  return true;
}

// Finds the member or element `segment` of `container`, which starts with { or [.
bool FindChild(std::string_view container, const std::string& segment, std::string_view* child) {
  const bool object = container.front() == '{';
  Scanner scanner(container);
  scanner.Skip(container.front());
  bool found = false;
  for (size_t index = 0;; index++) {
    scanner.SkipSpace();
    if (scanner.Peek() == '}' || scanner.Peek() == ']') return found;
    std::string name = object ? std::string() : std::to_string(index);
    if (object) {
      scanner.SkipString(&name);
      scanner.SkipSpace();
      scanner.Skip(':');
      scanner.SkipSpace();
    }
    const size_t start = scanner.at();
    scanner.SkipValue(0);
    if (name == segment) {
      *child = container.substr(start, scanner.at() - start);
      found = true;
    }
    scanner.SkipSpace();
    if (!scanner.Skip(',')) return found;
  }
}

}  // namespace

bool IsJson(std::string_view text) { return IsJsonStarting(text, false); }

bool IsJsonObject(std::string_view text) { return IsJsonStarting(text, true); }

bool FindJson(std::string_view text, std::string_view pointer, std::string_view* value) {
  Scanner scanner(text);
  scanner.SkipSpace();
  const size_t start = scanner.at();
  scanner.SkipValue(0);
  std::string_view found = text.substr(start, scanner.at() - start);
  std::string segment;
  while (!pointer.empty()) {
    if (!NextSegment(&pointer, &segment)) return false;
    if (found.front() != '{' && found.front() != '[') return false;
    if (!FindChild(found, segment, &found)) return false;
  }
  *value = found;
  return true;
}

}  // namespace baton
