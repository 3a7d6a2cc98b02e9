"""Work that is not a call waiting in a queue: chats, mail, callbacks, outbound lists."""
