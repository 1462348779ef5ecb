//! What the standard library lacks: JSON, read and written as Python's json module does.

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

pub struct Style {
    pub indent: Option<usize>,
    pub sort_keys: bool,
    pub ascii: bool,
}

impl Json {
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Map(pairs) => pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            Json::List(items) => key.parse::<usize>().ok().and_then(|i| items.get(i)),
            _ => None,
        }
    }

    pub fn set(&mut self, key: &str, value: Json) {
        if let Json::Map(pairs) = self {
            match pairs.iter_mut().find(|(k, _)| k == key) {
                Some(pair) => pair.1 = value,
                None => pairs.push((key.to_string(), value)),
            }
        }
    }

    pub fn dump(&self, style: &Style) -> String {
        let mut out = String::new();
        self.write(style, 0, &mut out);
        out
    }

    fn write(&self, style: &Style, depth: usize, out: &mut String) {
        match self {
            Json::Null => *out += "null",
            Json::Bool(b) => *out += if *b { "true" } else { "false" },
            Json::Int(n) => *out += &n.to_string(),
            Json::Float(x) => *out += &format!("{:?}", x),
            Json::Text(s) => quote(s, style.ascii, out),
            Json::List(items) => {
                let write = |i: usize, out: &mut String| items[i].write(style, depth + 1, out);
                block(style, depth, '[', ']', items.len(), write, out);
            }
            Json::Map(pairs) => {
                let mut pairs: Vec<_> = pairs.iter().collect();
                if style.sort_keys {
                    pairs.sort_by(|a, b| a.0.cmp(&b.0));
                }
                let write = |i: usize, out: &mut String| {
                    quote(&pairs[i].0, style.ascii, out);
                    *out += ": ";
                    pairs[i].1.write(style, depth + 1, out);
                };
                block(style, depth, '{', '}', pairs.len(), write, out);
            }
        }
    }
}

fn block(
    style: &Style,
    depth: usize,
    open: char,
    close: char,
    n: usize,
    write: impl Fn(usize, &mut String),
    out: &mut String,
) {
    let line = |depth: usize, out: &mut String| {
        if let Some(width) = style.indent {
            out.push('\n');
            out.push_str(&" ".repeat(width * depth));
        }
    };
    out.push(open);
    for i in 0..n {
        if i > 0 {
            *out += if style.indent.is_some() { "," } else { ", " };
        }
        line(depth + 1, out);
        write(i, out);
    }
    if n > 0 {
        line(depth, out);
    }
    out.push(close);
}

fn quote(s: &str, ascii: bool, out: &mut String) {
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => *out += "\\\"",
            '\\' => *out += "\\\\",
            '\n' => *out += "\\n",
            '\r' => *out += "\\r",
            '\t' => *out += "\\t",
            c if c < ' ' => *out += &format!("\\u{:04x}", c as u32),
            c if ascii && !c.is_ascii() => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    *out += &format!("\\u{:04x}", unit);
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The text's value, or where (line, column, offset) what was expected.
pub fn parse(text: &str) -> Result<Json, String> {
    let mut p = Parser { chars: text.chars().collect(), at: 0 };
    let value = p.value()?;
    p.blank();
    if p.at < p.chars.len() {
        return Err(p.fail("Extra data"));
    }
    Ok(value)
}

struct Parser {
    chars: Vec<char>,
    at: usize,
}

impl Parser {
    fn fail(&self, what: &str) -> String {
        let before = &self.chars[..self.at];
        let line = before.iter().filter(|c| **c == '\n').count() + 1;
        let column = before.iter().rev().take_while(|c| **c != '\n').count() + 1;
        format!("{}: line {} column {} (char {})", what, line, column, self.at)
    }

    fn blank(&mut self) {
        while matches!(self.chars.get(self.at), Some(' ' | '\n' | '\t' | '\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, c: char) -> bool {
        self.blank();
        let found = self.chars.get(self.at) == Some(&c);
        self.at += found as usize;
        found
    }

    fn value(&mut self) -> Result<Json, String> {
        self.blank();
        match self.chars.get(self.at) {
            Some('{') => self.map(),
            Some('[') => self.list(),
            Some('"') => self.text().map(Json::Text),
            _ => self.word(),
        }
    }

    fn map(&mut self) -> Result<Json, String> {
        let mut map = Json::Map(vec![]);
        self.at += 1;
        if self.take('}') {
            return Ok(map);
        }
        loop {
            self.blank();
            if self.chars.get(self.at) != Some(&'"') {
                return Err(self.fail("Expecting property name enclosed in double quotes"));
            }
            let key = self.text()?;
            if !self.take(':') {
                return Err(self.fail("Expecting ':' delimiter"));
            }
            let value = self.value()?;
            map.set(&key, value);
            if self.take('}') {
                return Ok(map);
            }
            if !self.take(',') {
                return Err(self.fail("Expecting ',' delimiter"));
            }
        }
    }

    fn list(&mut self) -> Result<Json, String> {
        let mut items = vec![];
        self.at += 1;
        if self.take(']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value()?);
            if self.take(']') {
                return Ok(Json::List(items));
            }
            if !self.take(',') {
                return Err(self.fail("Expecting ',' delimiter"));
            }
        }
    }

    fn text(&mut self) -> Result<String, String> {
        let mut units: Vec<u16> = vec![];
        let start = self.at;
        loop {
            self.at += 1;
            match self.chars.get(self.at) {
                None => {
                    self.at = start;
                    return Err(self.fail("Unterminated string starting at"));
                }
                Some('"') => break,
                Some('\\') => {
                    self.at += 1;
                    units.push(self.escape()?);
                }
                Some(c) => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            }
        }
        self.at += 1;
        Ok(String::from_utf16_lossy(&units))
    }

    fn escape(&mut self) -> Result<u16, String> {
        Ok(match self.chars.get(self.at) {
            Some('n') => 10,
            Some('t') => 9,
            Some('r') => 13,
            Some('b') => 8,
            Some('f') => 12,
            Some(c @ ('"' | '\\' | '/')) => *c as u16,
            Some('u') if self.at + 4 < self.chars.len() => {
                let hex: String = self.chars[self.at + 1..self.at + 5].iter().collect();
                self.at += 4;
                u16::from_str_radix(&hex, 16).map_err(|_| self.fail("Invalid \\uXXXX escape"))?
            }
            _ => return Err(self.fail("Invalid \\escape")),
        })
    }

    fn word(&mut self) -> Result<Json, String> {
        let is_word = |c: &&char| c.is_alphanumeric() || matches!(c, '-' | '+' | '.');
        let word: String = self.chars[self.at..].iter().take_while(is_word).collect();
        let value = match word.as_str() {
            "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            w => match (w.parse(), w.parse()) {
                (Ok(n), _) => Json::Int(n),
                (_, Ok(x)) => Json::Float(x),
                _ => return Err(self.fail("Expecting value")),
            },
        };
        self.at += word.chars().count();
        Ok(value)
    }
}
