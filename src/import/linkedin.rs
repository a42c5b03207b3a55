//! LinkedIn's data export.

use super::Import;

pub fn read_connections(_bytes: &[u8]) -> Option<Import> {
    None
}
