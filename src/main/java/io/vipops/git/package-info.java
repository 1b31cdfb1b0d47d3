/** Commits from a remote repository, by JGit. */
@NullMarked
package io.vipops.git;

import org.jspecify.annotations.NullMarked;
