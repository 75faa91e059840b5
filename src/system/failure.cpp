#include "system/failure.hpp"

#include <cxxabi.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <opencv2/core.hpp>
#include <string>
#include <system_error>
#include <typeinfo>

#include "glimpse/words.hpp"

namespace glimpse {

namespace {

/// The name of the type of the exception in flight: libheif's are no std::exception, and have no message.
std::string current_type() {
    const char* const name = abi::__cxa_current_exception_type()->name();
    const std::unique_ptr<char, void (*)(void*)> readable(
        abi::__cxa_demangle(name, nullptr, nullptr, nullptr), std::free);
    return readable ? readable.get() : name;
}

std::string whole_message() {
    if (is_out_of_memory()) return "there is not enough memory for it";
    try {
        throw;
    } catch (const cv::Exception& exception) {
        return exception.err;
    } catch (const std::system_error& error) {
        // Of a thread: the library names no cause.
        if (error.code() != std::errc::resource_unavailable_try_again) return error.what();
        return with_reason("no thread can be started, for lack of memory or for too many processes",
                           std::strerror(EAGAIN));
    } catch (const std::exception& exception) {
        return exception.what();
    } catch (...) {
        return "an exception of the type " + current_type();
    }
}

}  // namespace

bool is_out_of_memory() {
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return true;
    } catch (const cv::Exception& exception) {
        return exception.code == cv::Error::StsNoMem;
    } catch (...) {
        return false;
    }
}

std::string current_message() {
    return shortened(whole_message(), longest_message);
}

}  // namespace glimpse
