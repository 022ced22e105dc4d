/** What clients of a relay say in the venue's own protocol, and how the relay answers: read from the venue's profile. Pure. */
package io.firstline.relay.dialect;
