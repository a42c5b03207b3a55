//! Puts the parts together: the writer, a task per account, the errands.
