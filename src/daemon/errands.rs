//! What goes out: alerts to the desk, the digest by mail.
