//! A local Maildir, read and watched.
