//! Everything against real peers and whole processes, in one binary.

mod deliver;
mod support;
