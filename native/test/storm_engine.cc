#include "storm_engine.h"

namespace storm {

void Driver::TurnLane() {
  if (Chance(8)) core_->OpenLane(!Chance(3), entered_);
  if (Chance(4)) core_->TellAll();
  if (Chance(16)) core_->LaneIsBusy();
}

void Driver::Turn() {
  if (has_lane_) TurnLane();
  for (baton::Message& message : core_->Drain()) Handle(message);
  // What failed or was paused is taken up again, deleted, or shown anew.
  for (auto at = jobs_.begin(); at != jobs_.end() && Chance(2);) {
    const auto next = std::next(at);
    if (Chance(4)) core_->Publish(InfoOf(at->second));
    if (Chance(16) && at->second.at == At::kEnded) Forget(at->first);
    at = next;
  }
}

void Driver::Handle(baton::Message& message) {
  if (auto* submitted = std::get_if<baton::Submitted>(&message)) return Submitted(*submitted);
  if (auto* lived = std::get_if<baton::Lived>(&message)) {
    jobs_[lived->row.id].row = lived->row;
    return End(&jobs_[lived->row.id], At::kEnded);
  }
  if (auto* called = std::get_if<baton::Called>(&message)) return Called(*called);
  if (auto* ended = std::get_if<baton::Ended>(&message)) return Ended(*ended);
  if (auto* stopped = std::get_if<baton::Stopped>(&message)) {
    // It was canceled while it waited.
    const auto at = jobs_.find(stopped->id);
    if (at != jobs_.end()) End(&at->second, At::kFailed);
  }
}

void Driver::Submitted(const baton::Submitted& submitted) {
  const std::string& id = submitted.row.id;
  Job& job = jobs_[id];
  job.row = submitted.row;
  if (!submitted.admitted) {
    entered_++;
    core_->GiveRoom(1);
  }
  if (Chance(16)) {
    if (!submitted.admitted) job.at = At::kPaused;
    Cancel(id, &job);
  } else if (!submitted.admitted) {
    Admit(&job, false);
  }
}

void Driver::Called(const baton::Called& called) {
  auto at = jobs_.find(called.id);
  if (at == jobs_.end() && has_lane_) {
    core_->TellAll();
    for (baton::Message& message : core_->Drain()) Handle(message);
    at = jobs_.find(called.id);
  }
  if (at == jobs_.end()) {
    core_->Answer(called.ticket, BATON_ERROR_NOT_FOUND);
    return;
  }
  Job* job = &at->second;
  if (called.kind == baton::CallKind::kWait) {
    if (job->at != At::kEnded && job->at != At::kFailed)
      return job->waiters.push_back(called.ticket);
  }
  const baton::JobInfo info = InfoOf(*job);
  core_->Answer(called.ticket, Act(called, job), &info);
}

baton_status Driver::Act(const baton::Called& called, Job* job) {
  switch (called.kind) {
    case baton::CallKind::kCancel:
      return Cancel(called.id, job);
    case baton::CallKind::kPause:
      return Pause(called.id, job);
    case baton::CallKind::kResume:
      if (core_->TakeBack(called.id)) return BATON_OK;
      if (job->at != At::kPaused) return BATON_ERROR_WRONG_STATE;
      Admit(job, false);
      return BATON_OK;
    case baton::CallKind::kResubmit:
      if (job->at != At::kFailed) return BATON_ERROR_WRONG_STATE;
      Admit(job, true);
      return BATON_OK;
    case baton::CallKind::kDelete:
      if (job->at != At::kFailed && job->at != At::kEnded) return BATON_ERROR_WRONG_STATE;
      Forget(called.id);
      return BATON_OK;
    case baton::CallKind::kSetPriority:
      job->row.priority = called.priority;
      return BATON_OK;
    case baton::CallKind::kInfo:
    case baton::CallKind::kWait:
      return BATON_OK;
  }
  return BATON_ERROR_INTERNAL;
}

bool Driver::Remove(const std::string& id, baton::RequestKind kind) {
  if (core_->Request(id, kind) != baton::RequestAnswer::kRemoved) return false;
  core_->GiveRoom(1);
  return true;
}

baton_status Driver::Cancel(const std::string& id, Job* job) {
  const bool removed = Remove(id, baton::RequestKind::kCancel);
  if (!removed && job->at != At::kPaused) return BATON_OK;
  job->at = At::kPaused;
  if (!core_->Stop(id, BATON_STOP_CANCELED)) End(job, At::kFailed);
  return BATON_OK;
}

baton_status Driver::Pause(const std::string& id, Job* job) {
  if (Remove(id, baton::RequestKind::kPause)) job->at = At::kPaused;
  return BATON_OK;
}

void Driver::Ended(baton::Ended& ended) {
  const auto at = jobs_.find(ended.id);
  if (at == jobs_.end()) return;
  Job* job = &at->second;
  if (ended.sample.state.has_value()) job->row.submitted_state = ended.sample.state;
  switch (ended.stop_reason) {
    case BATON_STOP_SUCCESS:
      core_->Finalize(ended.id);
      return End(job, At::kEnded);
    case BATON_STOP_PAUSED:
      job->at = At::kPaused;
      return;
    case BATON_STOP_RETRY:
      // Sometimes it goes on with what was saved, in another payload.
      if (Chance(3)) core_->Finalize(ended.id);
      return Chance(8) ? End(job, At::kFailed) : Admit(job, false);
    default:
      if (Chance(2)) core_->Finalize(ended.id);
      End(job, At::kFailed);
      if (Chance(4)) Admit(job, true);
  }
}

void Driver::Admit(Job* job, bool reset) {
  baton::Entry entry = test::Engine::EntryFor(job->row);
  entry.reset = reset;
  core_->GiveRoom(-1);  // it waits again; the run gives the room back when it begins
  job->at = core_->Admit(std::move(entry)) ? At::kReady : At::kPaused;
  if (job->at == At::kPaused) core_->GiveRoom(1);
}

void Driver::End(Job* job, At at) {
  job->at = at;
  const baton::JobInfo info = InfoOf(*job);
  for (const uint64_t ticket : job->waiters) core_->Answer(ticket, BATON_OK, &info);
  job->waiters.clear();
}

void Driver::Forget(const std::string& id) {
  core_->Forget(id);
  jobs_.erase(id);
}

baton::JobInfo Driver::InfoOf(const Job& job) {
  baton::JobInfo info;
  info.id = job.row.id;
  info.type = job.row.type;
  info.state = job.at == At::kReady    ? BATON_STATE_PENDING
               : job.at == At::kPaused ? BATON_STATE_PAUSED
               : job.at == At::kFailed ? BATON_STATE_FAILURE
                                       : BATON_STATE_SUCCESS;
  return info;
}

}  // namespace storm
