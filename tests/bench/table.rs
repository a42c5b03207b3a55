//! What must be, beside what was measured.

/// What is asked for, or only worth knowing.
#[derive(Clone, Copy)]
pub struct Asked {
    what: &'static str,
    limit: Limit,
    unit: &'static str,
}

#[derive(Clone, Copy)]
enum Limit {
    AtLeast(f64),
    AtMost(f64),
    None,
}

impl Asked {
    pub const fn at_least(limit: f64, unit: &'static str, what: &'static str) -> Self {
        Asked { what, limit: Limit::AtLeast(limit), unit }
    }

    pub const fn at_most(limit: f64, unit: &'static str, what: &'static str) -> Self {
        Asked { what, limit: Limit::AtMost(limit), unit }
    }

    pub const fn for_orientation(unit: &'static str, what: &'static str) -> Self {
        Asked { what, limit: Limit::None, unit }
    }
}

struct Row {
    asked: Asked,
    measured: String,
    reached: &'static str,
}

#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// The median counts; of several figures the least and the most are shown, too.
    pub fn measured(&mut self, asked: Asked, figures: &[f64]) {
        let mut sorted = figures.to_vec();
        sorted.sort_by(f64::total_cmp);
        let median = sorted[sorted.len() / 2];
        let measured = match sorted[..] {
            [least, .., most] => told(median, Some((least, most)), asked.unit),
            _ => told(median, None, asked.unit),
        };
        let reached = match asked.limit {
            Limit::AtLeast(limit) => yes_or_no(median >= limit),
            Limit::AtMost(limit) => yes_or_no(median <= limit),
            Limit::None => "",
        };
        self.rows.push(Row { asked, measured, reached });
    }

    pub fn unmeasured(&mut self, asked: Asked, why: &str) {
        self.rows.push(Row { asked, measured: why.to_owned(), reached: "?" });
    }

    pub fn print(&self) {
        if self.rows.is_empty() {
            return;
        }
        if let Ok(messages) = std::env::var("REQUITE_BENCH_MESSAGES") {
            println!("\nEvery mailbox has {messages} messages, whatever the rows say.");
        }
        println!("\n{:<66} | {:>12} | {:<24} | reached", "what", "must be", "measured");
        for Row { asked, measured, reached } in &self.rows {
            let limit = match asked.limit {
                Limit::AtLeast(limit) => format!("≥ {}", told(limit, None, asked.unit)),
                Limit::AtMost(limit) => format!("≤ {}", told(limit, None, asked.unit)),
                Limit::None => String::new(),
            };
            println!("{:<66} | {limit:>12} | {measured:<24} | {reached}", asked.what);
        }
    }
}

fn yes_or_no(reached: bool) -> &'static str {
    if reached { "yes" } else { "no" }
}

/// With as many decimals as its size is worth.
fn told(figure: f64, range: Option<(f64, f64)>, unit: &str) -> String {
    let decimals = match figure.abs() {
        100.0.. => 0,
        10.0.. => 1,
        0.1.. => 2,
        _ => 3,
    };
    let space = if unit.is_empty() { "" } else { " " };
    let mut told = format!("{figure:.decimals$}{space}{unit}");
    if let Some((least, most)) = range {
        told += &format!(" ({least:.decimals$}–{most:.decimals$})");
    }
    told
}
