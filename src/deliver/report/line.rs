//! What a picture is drawn with: SVG path data (SVG 2 §9.3), in whole units.

use std::fmt::Write;

/// Lines and marks of one look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line(pub String);

impl Line {
    /// Begins anew at a point.
    pub fn from(&mut self, x: i32, y: i32) -> &mut Line {
        self.put('M', &[x, y])
    }

    pub fn across_to(&mut self, x: i32) -> &mut Line {
        self.put('H', &[x])
    }

    pub fn down_to(&mut self, y: i32) -> &mut Line {
        self.put('V', &[y])
    }

    pub fn across(&mut self, dx: i32) -> &mut Line {
        self.put('h', &[dx])
    }

    pub fn down(&mut self, dy: i32) -> &mut Line {
        self.put('v', &[dy])
    }

    pub fn by(&mut self, dx: i32, dy: i32) -> &mut Line {
        self.put('l', &[dx, dy])
    }

    /// Back to where it began.
    pub fn close(&mut self) -> &mut Line {
        self.put('z', &[])
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn put(&mut self, command: char, numbers: &[i32]) -> &mut Line {
        self.0.push(command);
        for (at, number) in numbers.iter().enumerate() {
            let space = if at > 0 && *number >= 0 { " " } else { "" };
            // Writing into a string doesn't fail.
            let _ = write!(self.0, "{space}{number}");
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_as_short_as_svg_allows() {
        let mut line = Line::default();
        line.from(3, -4).across_to(9).down(-2).by(1, 2).close();
        assert_eq!(line.0, "M3-4H9v-2l1 2z");
    }
}
