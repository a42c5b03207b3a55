//! Which room, and which floor of the domain, may know which.

use super::source::without_comments;

/// What a room may import; a room that isn't listed may not exist. Edges never know each other,
/// but the checked configuration is plain data that two of them read.
const ROOMS: [(&str, &[&str]); 15] = [
    ("domain", &["domain"]),
    ("error", &["error"]),
    ("mail", &["mail", "domain"]),
    ("import", &["import", "domain", "error"]),
    ("auth", &["auth", "trust", "config", "domain", "error"]),
    ("source", &["source", "auth", "trust", "config", "mail", "domain", "error"]),
    ("discover", &["discover", "trust", "config", "domain", "error"]),
    ("trust", &["trust", "config", "domain", "error"]),
    ("store", &["store", "mail", "domain", "error"]),
    ("book", &["book", "source", "store", "config", "mail", "domain", "error"]),
    ("deliver", &["deliver", "auth", "trust", "config", "mail", "domain", "error"]),
    ("config", &["config", "mail", "domain", "error"]),
    (
        "daemon",
        &[
            "daemon", "book", "source", "import", "store", "deliver", "auth", "config", "mail",
            "domain", "error",
        ],
    ),
    (
        "cli",
        &[
            "cli", "daemon", "book", "discover", "source", "import", "store", "deliver", "auth",
            "trust", "config", "mail", "domain", "error",
        ],
    ),
    ("main", &["cli", "error"]),
];

/// Each floor knows those before it, and what stands beside them.
const FLOORS: [&str; 3] = ["message", "measure", "decide"];

pub fn imports(path: &str, text: &str) -> Vec<String> {
    let room = path.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default();
    if room == "lib" {
        return Vec::new();
    }
    let Some((_, may)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return vec![format!("no room is called {room}")];
    };
    let code = without_comments(text);
    let named = code.match_indices("crate::").map(|(at, found)| &code[at + found.len()..]);
    let by_main = code.match_indices("requite::").map(|(at, found)| &code[at + found.len()..]);
    let imported = named.chain(by_main).flat_map(first_names);
    imported.filter(|name| !may.contains(name)).map(|name| format!("{room} → {name}")).collect()
}

pub fn floors(path: &str, text: &str) -> Vec<String> {
    let Some(inside) = path.strip_prefix("src/domain/") else { return Vec::new() };
    let here = FLOORS.iter().position(|floor| *floor == name(inside));
    let code = without_comments(text);
    let named = code.match_indices("domain::").map(|(at, found)| &code[at + found.len()..]);
    let above = named.flat_map(first_names).filter(|name| {
        let floor = FLOORS.iter().position(|floor| floor == name);
        floor.is_some_and(|floor| here.is_none_or(|here| floor > here))
    });
    above.map(|above| format!("knows a floor above it: {above}")).collect()
}

/// The rooms in `a::b`, or in `{a::b, c::{d, e}}`.
fn first_names(path: &str) -> Vec<&str> {
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let mut names = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(name(group[start..at].trim()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn name(path: &str) -> &str {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
    &path[..end.unwrap_or(path.len())]
}
