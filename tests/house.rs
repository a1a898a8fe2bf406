//! Keeps the house: floors, files, locale keys.
