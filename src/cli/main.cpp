#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <iostream>
#include <new>

#include "cli/application.hpp"
#include "cli/explanation.hpp"
#include "cli/field_names.hpp"
#include "cli/option_table.hpp"
#include "cli/signals.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

/// 141 is what a shell shows for a filter that SIGPIPE ended.
enum ExitStatus { all_done = 0, some_failed = 1, usage_error = 2, interrupted = 130, reader_gone = 141 };

int exit_status(Outcome outcome) {
    switch (outcome) {
        case Outcome::all_done:
            return all_done;
        case Outcome::some_failed:
            return some_failed;
        case Outcome::interrupted:
            break;
    }
    return interrupted;
}

/// Opens those of the descriptors 0 to 2 that are closed on /dev/null, so that no file takes their place; in
/// the direction that nobody uses, so that reading or writing them stays an error.
void occupy_standard_descriptors() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(descriptor, F_GETFD) != -1) continue;
        // The least number that is free is this one.
        const int direction = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        if (open("/dev/null", direction) != descriptor) _exit(some_failed);
    }
}

int complain(const std::string& message, int status) {
    std::cerr << "glimpse: " << message_line(message) << '\n';
    return status;
}

/// For an exception that nobody can catch: oneTBB throws one on a thread of its own where it cannot start
/// another.
[[noreturn]] void end_at_once() {
    const std::exception_ptr uncaught = std::current_exception();
    try {
        if (uncaught) std::rethrow_exception(uncaught);
        complain("the run cannot go on; there may be too little memory", some_failed);
    } catch (const std::bad_alloc&) {
        complain("there is not enough memory for the run", some_failed);
    } catch (const std::exception& error) {
        complain(error.what(), some_failed);
    } catch (...) {
        complain("the run cannot go on; there may be too little memory", some_failed);
    }
    remove_unpublished_files();
    _exit(some_failed);
}

int run(int argc, char** argv) {
    CLI::App application;
    Action action;
    describe(application, action);
    try {
        application.parse(argc, argv);
    } catch (const CLI::Success& request) {  // --help and --version
        const int status = application.exit(request);
        require_printed();
        return status;
    } catch (const CLI::ParseError& error) {
        return complain(explanation(application, error, std::vector<std::string>(argv + 1, argv + argc)),
                        usage_error);
    }
    for (const CLI::App* command : application.get_subcommands()) require_values(*command);
    if (!action) {
        return complain("name a command: " + join(command_names(application)) + " (see glimpse --help)",
                        usage_error);
    }
    const Outcome outcome = action();
    require_printed();
    return exit_status(outcome);
}

}  // namespace

}  // namespace glimpse::cli

int main(int argc, char** argv) {
    using namespace glimpse::cli;
    occupy_standard_descriptors();
    watch_printing();
    std::set_terminate(end_at_once);
    glimpse::name_fields(option_of_field);
    install_signal_handlers();
    try {
        return run(argc, argv);
    } catch (const glimpse::UsageError& error) {
        // What a blocked read was for may be missing for the interrupt alone.
        return was_interrupted() ? interrupted : complain(error.what(), usage_error);
    } catch (const glimpse::ReaderGone&) {
        return was_interrupted() ? interrupted : reader_gone;
    } catch (const std::bad_alloc&) {
        return complain("there is not enough memory for the run", some_failed);
    } catch (const std::exception& error) {
        // An interrupt of a pipeline ends the reader as well: the interrupt is the cause.
        return was_interrupted() ? interrupted : complain(error.what(), some_failed);
    }
}
