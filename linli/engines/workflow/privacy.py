"""The trail of moves: who did it is a post and a random key; what was said may tell of a person."""

from linli.kernel.privacy import OF_ITS_SUBJECT, PLAIN, Basis, keep, together

TRAIL = Basis(
    purpose="the story of how a piece of work was settled",
    legal_basis="performance of a statutory duty (Personal Information Protection Law, art. 13 (3))",
    term=OF_ITS_SUBJECT,
)

KEEPS = together(
    keep(PLAIN, "workflow.Definition", "id name digest body installed_at current"),
    keep(PLAIN, "workflow.Calendar", "id name digest body installed_at"),
    keep(
        PLAIN,
        "workflow.Work",
        "id definition area subject_kind subject_id phase state owner due_at clock_at returned "
        "entered_at returns holds extensions alarms alarm_at version opened_at closed_at changed_at",
    ),
    keep(
        PLAIN,
        "workflow.Move",
        "id work number key step from_state to_state from_phase actor_kind actor_key post "
        "unit at heard_at at_doubtful handled xact",
    ),
    keep(TRAIL, "workflow.Move", "note evidence"),
    keep(PLAIN, "workflow.Assignment", "id work post from_at"),
    keep(PLAIN, "workflow.Recount", "id begun_at ended_at looked_at moved"),
    keep(PLAIN, "workflow.Shift", "id recount work kind was_due_at due_at"),
    keep(
        PLAIN,
        "workflow.Clock",
        "id work kind limit started_at due_at times paused_at stopped_at",
    ),
    keep(PLAIN, "workflow.Pause", "id clock from_at until_at"),
    keep(PLAIN, "workflow.Alarm", "id work post state due_at is_warning at"),
)
