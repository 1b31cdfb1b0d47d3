/** A network made of namespaces, for tests that need one. */
package io.vipops.lab;
