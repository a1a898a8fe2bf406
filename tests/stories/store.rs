//! What lasts: the keyring, the folder and its mishaps, and the people of an organisation.

mod home;
mod keyring;
mod people;
