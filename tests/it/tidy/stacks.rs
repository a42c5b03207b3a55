//! What is built of other people's.

/// A second TLS or D-Bus stack, by the names of its crates.
const SECOND_STACKS: [&str; 8] = [
    "openssl",
    "openssl-sys",
    "native-tls",
    "boring",
    "ring",
    "webpki-roots",
    "dbus",
    "libdbus-sys",
];

/// `tree`: a line per package, name and version first.
pub fn stacks(tree: &str) -> Vec<String> {
    let mut packages: Vec<(&str, &str)> = tree
        .lines()
        .filter_map(|line| line.split_once(" v"))
        .map(|(name, version)| (name, version.split('.').next().unwrap_or_default()))
        .collect();
    packages.sort_unstable();
    packages.dedup();
    let second = packages.iter().filter(|(name, _)| SECOND_STACKS.contains(name));
    let mut wrong: Vec<String> =
        second.map(|(name, _)| format!("a second stack: {name}")).collect();
    let buses: Vec<String> = packages
        .iter()
        .filter(|(name, _)| *name == "zbus")
        .map(|(name, major)| format!("{name} {major}"))
        .collect();
    if buses.len() != 1 {
        wrong.push(format!("not one D-Bus stack: {}", buses.join(", ")));
    }
    wrong
}
