//! attnc's compiler and verifier for a page: questions and answers as JSON, beside them files as bytes.
//!
//! The border is these functions and one clock, and no generated code: what is asked is given with
//! [`give`], first the question, then its files, each filled by the page; [`ask`] answers it.
//!
//! - `question`: what can be asked. `program`: of a program; `given`: which files are there; `proof`: of a proof.
//!
//! A panic ends the instance and says nothing: its words would weigh too much (`build`).

mod given;
mod program;
mod proof;
mod question;

use std::cell::RefCell;

thread_local! {
    static GIVEN: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    static ANSWER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Room for this many bytes, which the page fills before it asks.
#[no_mangle]
pub extern "C" fn give(length: usize) -> *mut u8 {
    GIVEN.with_borrow_mut(|given| {
        let mut bytes = vec![0; length];
        let place = bytes.as_mut_ptr();
        // What a vector points to stays where it is.
        given.push(bytes);
        place
    })
}

/// Answers what was given; the place of the answer, [`length`] bytes of JSON.
#[no_mangle]
pub extern "C" fn ask() -> *const u8 {
    let answer = question::answer(GIVEN.take()).to_string();
    ANSWER.set(answer.into_bytes());
    ANSWER.with_borrow(|answer| answer.as_ptr())
}

/// The length of the last answer.
#[no_mangle]
pub extern "C" fn length() -> usize {
    ANSWER.with_borrow(Vec::len)
}
